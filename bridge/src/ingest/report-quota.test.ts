import type { Entry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { EntryNumber, Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { expect, test } from "vitest";
import { DEFAULT_QUOTAS, ReportQuota } from "./report-quota.ts";

const MIMI = "mimi" as TagId;
const DAY_S = 86_400;
const MINUTE_MS = 60_000;
const NOON = 20_700 * DAY_S + DAY_S / 2;

function reportOf(entries: readonly Entry[]): Report {
  return { epoch: 1 as Epoch, first: 1 as EntryNumber, oldest: 1 as EntryNumber, entries };
}

function fixes(count: number, atOf: (index: number) => number): Report {
  return reportOf(
    Array.from({ length: count }, (_, i) => ({
      ...{ kind: "fix", at: atOf(i) as UnixSeconds, latE7: 1, lonE7: 1, accuracyDm: 50 },
    })) as Entry[],
  );
}

function transitions(count: number): Report {
  const one = {
    kind: "transition",
    at: NOON,
    geofence: 0,
    from: "inside",
    to: "outside",
    settingsVersion: 1,
  };
  return reportOf(Array.from({ length: count }, () => ({ ...one, firstNumber: 1 })) as unknown as Entry[]);
}

/** How many of equal reports are taken at one instant. */
function taken(quota: ReportQuota, report: Report, most = 100_000): number {
  let count = 0;
  while (count < most && quota.take(MIMI, report)) count++;
  return count;
}

test("three full journals after an outage pass at once", () => {
  const quota = new ReportQuota(DEFAULT_QUOTAS, () => 0);
  let minute = 0;
  for (let sent = 0; sent < 3 * 30_000; sent += 128) {
    const begun = minute;
    minute += 128;
    expect(
      quota.take(
        MIMI,
        fixes(128, (i) => NOON + (begun + i) * 60),
      ),
    ).toBe(true);
  }
});

test("a fix a minute passes for ever, each in a report of its own", () => {
  let nowMs = 0;
  const quota = new ReportQuota(DEFAULT_QUOTAS, () => nowMs);
  for (let minute = 0; minute < 40 * 1_440; minute++, nowMs += MINUTE_MS)
    expect(
      quota.take(
        MIMI,
        fixes(1, () => NOON + minute * 60),
      ),
    ).toBe(true);
});

test("entries on a day of their own cost a row each, transitions two", () => {
  const { burst } = DEFAULT_QUOTAS.rows;
  expect(
    taken(
      new ReportQuota(DEFAULT_QUOTAS, () => 0),
      fixes(100, (i) => NOON + i * DAY_S),
    ),
  ).toBe(burst / 100);
  expect(taken(new ReportQuota(DEFAULT_QUOTAS, () => 0), transitions(100))).toBe(Math.floor(burst / 201));
});

test("after the burst a tag has what a day allows, and others have theirs", () => {
  let nowMs = 0;
  const quota = new ReportQuota(DEFAULT_QUOTAS, () => nowMs);
  taken(quota, transitions(100));
  expect(quota.take("tom" as TagId, transitions(100))).toBe(true);
  let rows = 0;
  for (let minute = 0; minute < 1_440; minute++, nowMs += MINUTE_MS)
    rows += 201 * taken(quota, transitions(100));
  expect(rows).toBeLessThanOrEqual(DEFAULT_QUOTAS.rows.burst + 201);
  expect(rows).toBeGreaterThan(DEFAULT_QUOTAS.rows.burst * 0.95);
});
