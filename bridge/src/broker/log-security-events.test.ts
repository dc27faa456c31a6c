import { createLog } from "@purrimeter/service/log";
import { asTagId } from "@purrimeter/protocol/values";
import { beforeEach, expect, test } from "vitest";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { logSecurityEvents } from "./log-security-events.ts";

const EXPIRED = { reason: "certificate has expired", code: "CERT_HAS_EXPIRED" };

let lines: unknown[];
let counters: ReturnType<typeof createBridgeCounters>;
let told: ReturnType<typeof logSecurityEvents>;

beforeEach(() => {
  lines = [];
  counters = createBridgeCounters();
  const log = createLog("bridge", { write: (line) => void lines.push(JSON.parse(line)) });
  told = logSecurityEvents(counters, log, () => 0);
});

test("says why a handshake failed, and counts it by why", () => {
  told("handshake-failed", undefined, EXPIRED);
  expect(lines).toMatchObject([
    { event: "security", reason: "handshake-failed: certificate has expired", code: "CERT_HAS_EXPIRED" },
  ]);
  expect(counters.get("security", "handshake-failed")).toBe(1);
  expect(counters.get("handshake-failures", "certificate has expired")).toBe(1);
});

test("names the tag where it is known", () => {
  told("second-session", asTagId("alf"));
  expect(lines).toMatchObject([{ reason: "second-session", tag: "alf" }]);
});

test("logs a bounded number of lines, and counts the rest", () => {
  for (let i = 0; i < 1_000; i++) told("accept-rate");
  expect(lines).toHaveLength(100);
  expect(counters.get("security", "accept-rate")).toBe(1_000);
  expect(counters.get("security-lines-dropped")).toBe(900);
  told.summarise();
  told.summarise();
  expect(lines.slice(100)).toMatchObject([{ event: "security.sum", reason: "accept-rate", count: 900 }]);
});
