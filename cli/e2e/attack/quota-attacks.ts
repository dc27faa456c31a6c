import type { Attack } from "./attack.ts";
import { acknowledged, joinTag, mustStore, nowS, reportOf } from "./mqtt.ts";
import { must } from "./must.ts";
import type { Target } from "./target.ts";

const PER_REPORT = 128;
const DAY_S = 86_400;
const MINUTE_S = 60;

type EntryOf = (index: number, report: number) => object;

/** Sends full reports until one is answered busy; how many were stored before. */
async function storedBeforeBusy(target: Target, id: string, most: number, entryOf: EntryOf): Promise<number> {
  const raw = await joinTag(target.bridge, await target.tag(id));
  try {
    for (let count = 0; count < most; count++) {
      const entries = Array.from({ length: PER_REPORT }, (_, index) => entryOf(index, count));
      const ack = await acknowledged(raw, id, reportOf(1 + count * PER_REPORT, entries));
      if (ack.kind === "stored") continue;
      must(ack.kind === "refused" && ack.reason === "busy" && !ack.final, `answered ${JSON.stringify(ack)}`);
      return count;
    }
    return most;
  } finally {
    raw.socket.destroy();
  }
}

function transition(at: number, evidenceFrom: number): object {
  const of = { kind: "transition", geofence: 0, from: "inside", to: "outside", settingsVersion: 1 };
  return { ...of, at, evidenceFrom };
}

/** Sends a flood that has to be answered busy, while another tag, one of its own, is served. */
async function flood(
  target: Target,
  { id, most, other }: { readonly id: string; readonly most: number; readonly other: string },
  entryOf: EntryOf,
): Promise<string> {
  const stored = await storedBeforeBusy(target, id, most, entryOf);
  must(stored < most, `${most} reports of ${PER_REPORT} transitions were all stored`);
  must(stored > 0, "no report was stored, so nothing was tried");
  await mustStore(target.bridge, await target.tag(other), 1);
  return `busy after ${stored} reports, another tag's was stored`;
}

/** 30,000 rows are a tag's quota; each transition takes two, and each day of a report one. */
const DENSE = 160;
const SPREAD = 110;

function transitionFlood(target: Target): Promise<string> {
  const entryOf: EntryOf = (_, report) => transition(nowS(), 1 + report * PER_REPORT);
  return flood(target, { id: "tom", most: DENSE, other: "toni" }, entryOf);
}

function daysFlood(target: Target): Promise<string> {
  const entryOf: EntryOf = (index, report) =>
    transition(nowS() - (PER_REPORT - index) * DAY_S, 1 + report * PER_REPORT);
  return flood(target, { id: "tim", most: SPREAD, other: "tina" }, entryOf);
}

/** Reports of a full journal of 512 KiB: a fix a minute for two weeks. */
const JOURNAL = 158;

async function fullJournal(target: Target): Promise<string> {
  const from = nowS() - JOURNAL * PER_REPORT * MINUTE_S;
  const stored = await storedBeforeBusy(target, "jana", JOURNAL, (index, report) => ({
    ...{ kind: "fix", at: from + (report * PER_REPORT + index) * MINUTE_S },
    ...{ latE7: 636_000_000 + index, lonE7: 75_000_000, accuracyDm: 50 },
  }));
  must(stored === JOURNAL, `an honest tag's journal was answered busy after ${stored} of ${JOURNAL} reports`);
  return `all ${JOURNAL} reports were stored`;
}

export const QUOTA_ATTACKS: readonly Attack[] = [
  {
    name: "transition-flood",
    tried: `reports of ${PER_REPORT} transitions without end`,
    run: transitionFlood,
  },
  { name: "days-flood", tried: `reports of ${PER_REPORT} transitions on as many days`, run: daysFlood },
  { name: "full-journal", tried: "an honest tag after two weeks without coverage", run: fullJournal },
];
