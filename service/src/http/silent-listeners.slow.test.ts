import { beforeAll } from "vitest";
import { listenMetrics } from "../metrics/listen-metrics.ts";
import { Metrics } from "../metrics/metrics.ts";
import { listenOnLoopback } from "../testing/listen-on-loopback.ts";
import { describeSilentConnectionContract } from "../testing/silent-connection.contract.ts";
import { createTestCertificates } from "../testing/test-certificates.ts";
import type { TestCertificates, TestIdentity } from "../testing/test-certificates.ts";
import { INTERNAL_HTTP_LIMITS, PUBLIC_HTTP_LIMITS } from "./http-limits.ts";

let certificates: TestCertificates;
let identity: TestIdentity;
beforeAll(async () => {
  certificates = await createTestCertificates();
  identity = await certificates.identity("server");
});

/** As in service, only sooner. */
const QUICK = { handshakeTimeoutMs: 300 };

describeSilentConnectionContract("a listener for anybody", async () => {
  const listening = await listenOnLoopback(() => new Response("x"), identity, {
    limits: { ...PUBLIC_HTTP_LIMITS, ...QUICK },
  });
  return { address: { host: "127.0.0.1", port: listening.port }, close: () => listening.close(0) };
});

describeSilentConnectionContract("a listener for one service", async () => {
  const listening = await listenOnLoopback(() => new Response("x"), identity, {
    limits: { ...INTERNAL_HTTP_LIMITS, ...QUICK },
    client: { authority: certificates.serviceAuthority, name: "cloud-api" },
  });
  return { address: { host: "127.0.0.1", port: listening.port }, close: () => listening.close(0) };
});

describeSilentConnectionContract("the listener for metrics", async () => {
  const listener = await listenMetrics({
    port: 0,
    metrics: new Metrics("test"),
    readiness: () => Promise.resolve({ status: "ready", checks: {} }),
  });
  return { address: { host: "127.0.0.1", port: listener.port }, close: () => listener.close() };
});
