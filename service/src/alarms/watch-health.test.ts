import { X509Certificate } from "node:crypto";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { createTestCertificates } from "../testing/test-certificates.ts";
import type { AlarmEvent } from "./alarm-rule.ts";
import { isFilling, watchHealth } from "./watch-health.ts";

const GIB = 2 ** 30;

test.each([
  ["a small disk with room for a night", 8 * GIB, 0.5 * GIB, false],
  ["a small disk that is nearly full", 8 * GIB, 0.2 * GIB, true],
  ["a usual disk", 100 * GIB, 10 * GIB, false],
  ["a usual disk at 99 %", 100 * GIB, 1 * GIB, true],
  ["a large disk with 2 GiB left", 8_000 * GIB, 2 * GIB, false],
  ["a large disk with less", 8_000 * GIB, 1.9 * GIB, true],
])("%s", (_name, total, free, filling) => {
  const bsize = 4_096;
  expect(isFilling({ bsize, blocks: total / bsize, bavail: free / bsize })).toBe(filling);
});

const { certificate } = await (await createTestCertificates()).identity("watched");
const endsMs = new X509Certificate(certificate).validToDate.getTime();
const DAY_MS = 86_400_000;

function watch(nowMs: number, folder = tmpdir()) {
  const time = new ManualTime(nowMs);
  const seen: AlarmEvent[] = [];
  const lines: string[] = [];
  const log = createLog("auth", { write: (line: string) => void lines.push(line) });
  const alarms = { observe: ({ event }: { event: AlarmEvent }) => void seen.push(event) };
  const cancel = watchHealth({ certificate, folder, alarms, log, time });
  return { time, seen, lines, cancel };
}

test("a certificate is told of at once and each minute when it ends within 14 days, and not before", () => {
  const { time, seen, cancel } = watch(endsMs - 14 * DAY_MS - 90_000);
  time.advance(60_000);
  expect(seen).not.toContain("certificate.ending");
  time.advance(60_000);
  expect(seen).toContain("certificate.ending");
  expect(watch(endsMs + DAY_MS).seen).toContain("certificate.ending");
  cancel();
  expect(time.pending).toBe(0);
});

test("a disk that cannot be asked is a line in the log", async () => {
  const { lines } = watch(endsMs - 100 * DAY_MS, "/missing/folder");
  await expect.poll(() => lines.join("")).toContain('"event":"disk.unknown","code":"ENOENT"');
});
