import { expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { Metrics } from "../metrics/metrics.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { logRefused } from "./log-refused.ts";

test("counts all, logs some with code and reason, and logs again later", async () => {
  const lines: string[] = [];
  const time = new ManualTime();
  const metrics = new Metrics("test");
  const log = createLog("test", { write: (line) => void lines.push(line) });
  const refuse = logRefused(log, metrics, () => time.monotonicMs());
  const expired = { kind: "handshake", code: "CERT_HAS_EXPIRED", reason: "certificate has expired" } as const;
  for (let i = 0; i < 1_000; i++) refuse(expired);
  expect(lines).toHaveLength(20);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    code: "CERT_HAS_EXPIRED",
    reason: "certificate has expired",
  });
  time.advance(10_000);
  refuse(expired);
  expect(lines.length).toBeGreaterThan(20);
  refuse.summarise();
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    ...{ event: "connection.refused-sum", reason: "handshake", count: 980 },
  });
  expect((await metrics.text()).text).toContain(
    'refused_connections_total{kind="handshake",reason="certificate has expired"} 1001\n',
  );
});
