import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { Metrics } from "../metrics/metrics.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { alarmLineSchema } from "./alarm-line.ts";
import { openAlarms } from "./open-alarms.ts";

let folder: string;
const lines: string[] = [];
const log = createLog("auth", { write: (line: string) => void lines.push(line) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-alarms-"));
  lines.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(spool: string | undefined) {
  const metrics = new Metrics("auth");
  const alarms = openAlarms({ process: "auth", spool, log, metrics, time: new ManualTime() });
  return { alarms, metrics };
}

test("an alarm is in log, metrics and spool when what caused it has been told; the log names no account", async () => {
  const spool = join(folder, "alarms");
  const { alarms, metrics } = open(spool);
  alarms.observe({ event: "session.reused", account: "account-of-alf" });
  const written = alarmLineSchema.parse(JSON.parse(readFileSync(spool, "utf8")));
  const about = {
    process: "auth",
    rule: "refresh-token-reuse",
    severity: "warning",
    account: "account-of-alf",
  };
  expect(written).toMatchObject({ ...about, at: 1_800_000_000, more: 0 });
  expect(statSync(spool).mode & 0o777).toBe(0o600);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 40, event: "security.alarm", reason: "refresh-token-reuse", count: 1 }),
  ]);
  expect(lines.join("")).not.toContain("account-of-alf");
  expect((await metrics.text()).text).toContain('purrimeter_auth_alarms_total{rule="refresh-token-reuse"} 1');
});

test("the log names the tag, and the severity is its level", () => {
  const { alarms } = open(undefined);
  alarms.observe({ event: "tag.other-name", tag: "cat-0001" });
  alarms.observe({ event: "second-factor.off", account: "alf" });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 50, reason: "tag-under-another-name", tag: "cat-0001" }),
    expect.objectContaining({ level: 30, reason: "second-factor-off" }),
  ]);
});

test("a spool that cannot be written is said in the log, and nothing else fails", () => {
  const { alarms } = open(join(folder, "missing", "alarms"));
  alarms.observe({ event: "trail.broken" });
  expect(lines.join("")).toContain('"event":"alarm.unwritten","code":"ENOENT"');
});
