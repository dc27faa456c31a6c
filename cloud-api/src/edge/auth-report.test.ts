import { createLog } from "@purrimeter/service/log";
import { Metrics } from "@purrimeter/service/metrics";
import { beforeEach, expect, test } from "vitest";
import { createAuthReport } from "./auth-report.ts";
import type { AuthReport } from "./auth-report.ts";

const EXPIRED = { kind: "untrusted", reason: "certificate has expired", code: "CERT_HAS_EXPIRED" };

let lines: unknown[];
let metrics: Metrics;
let report: AuthReport;

beforeEach(() => {
  lines = [];
  metrics = new Metrics("cloud-api");
  const log = createLog("cloud-api", { write: (line) => void lines.push(JSON.parse(line)) });
  report = createAuthReport(log, metrics, () => 0);
});

test("says once why the authentication service cannot be reached, and that it answers again", async () => {
  report.answered();
  for (let i = 0; i < 3; i++) report.failed(EXPIRED);
  report.answered();
  expect(lines).toMatchObject([
    { event: "auth.failed", reason: "certificate has expired", code: "CERT_HAS_EXPIRED" },
    { event: "auth.recovered" },
  ]);
  expect((await metrics.text()).text).toContain(
    'auth_failures_total{kind="untrusted",reason="certificate has expired"} 3\n',
  );
});

test("says which answer does not fit the contract, whatever other calls give", async () => {
  for (let i = 0; i < 3; i++) {
    report.answered();
    report.understood("keys", false);
    report.understood("erasures", true);
  }
  report.understood("keys", true);
  expect(lines).toMatchObject([
    { event: "auth.keys.failed", reason: "answer does not fit the contract" },
    { event: "auth.keys.recovered" },
  ]);
  expect((await metrics.text()).text).toContain('auth_failures_total{kind="unexpected"');
});
