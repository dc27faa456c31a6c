import type { Time } from "@purrimeter/service/time";
import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { Report } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { AlarmEvent } from "@purrimeter/service/alarm-rule";
import type { ClockTrust } from "@purrimeter/service/clock-trust";
import type {
  JudgedOwnership,
  RecordOutcome,
  Refused,
  ReportStore,
  Stored,
} from "@purrimeter/store/report-store";
import type { Doubt } from "@purrimeter/store/doubt";
import { acknowledgeStored, refuseReport } from "../broker/acknowledge.ts";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { ReportVerifier } from "../verification/report-verifier.ts";
import type { MissingEntries } from "./missing-entries.ts";
import type { UnreadableLog } from "./log-unreadable.ts";
import type { ReportQuota } from "./report-quota.ts";
import type { DoubtJudge } from "./doubt.ts";

export interface ReceiveReportParts {
  readonly store: Pick<ReportStore, "recordReport" | "keepDeadLetter">;
  readonly doubts: DoubtJudge;
  readonly quota: ReportQuota;
  readonly counters: BridgeCounters;
  readonly log: Log;
  readonly unreadable: Pick<UnreadableLog, "tell">;
  /** Judges what was stored, after it was acknowledged; left out, nobody does. */
  readonly verification?: ReportVerifier | undefined;
  readonly now: () => UnixSeconds;
  /** Says more exactly when a report arrived; left out, `now` is all that is known. */
  readonly time?: Pick<Time, "utcMs"> | undefined;
  /** Told how many entries before a report are missing; left out, nobody is. */
  readonly missing?: Pick<MissingEntries, "found"> | undefined;
  /** Told of the newest time of the tag's receiver. */
  readonly clock?: Pick<ClockTrust, "heard"> | undefined;
  /** Told of doubted fixes and of a quota that is used up; left out, nobody is. */
  readonly alarms?: Alarms | undefined;
}

/** What a deceived receiver, or who has a tag's key, makes; "too-old" is a tag that lay in a drawer. */
const SPOOFED: Partial<Record<Doubt, AlarmEvent>> = {
  future: "clock.doubted",
  "null-island": "place.doubted",
  "too-fast": "place.doubted",
};

/**
 * Stores a report and answers it: decode, judge, record, and after the commit the encoded acknowledgement.
 * What cannot be decoded is set aside, so that the next report goes through. Never rejects.
 */
export function receiveReport(parts: ReceiveReportParts, tag: TagId, bytes: Uint8Array): Promise<Uint8Array> {
  const decoded = decodeReport(bytes);
  const failed = (error: unknown): Uint8Array => fault(parts, tag, bytes, error);
  return decoded.ok
    ? record(parts, tag, bytes, decoded.value, failed)
    : keepDeadLetter(parts, tag, bytes, decoded.error.reason).catch(failed);
}

/** The store's own fault. Nothing was committed, so the tag keeps its entries and tries again. */
function fault(
  { counters, log }: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
  error: unknown,
): Uint8Array {
  counters.add("store-fault", errorCode(error));
  log.error("a report could not be stored", { event: "report.fault", tag, code: errorCode(error) });
  return refuseReport(bytes, "busy", false);
}

/** One promise, not a chain of async functions: this is the way of every report. */
function record(
  parts: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
  report: Report,
  failed: (error: unknown) => Uint8Array,
): Promise<Uint8Array> {
  const { store, doubts, counters, verification, now } = parts;
  if (!parts.quota.take(tag, report)) return Promise.resolve(overQuota(parts, tag, bytes));
  const at = now();
  const atMs = parts.time?.utcMs();
  let suspect: readonly (Doubt | undefined)[] | undefined;
  const judge = (ownership: JudgedOwnership) => (suspect = doubts.judge(tag, report, at, ownership));
  const knows = (ownership: number) => doubts.knows(tag, ownership);
  const answer = (outcome: RecordOutcome): Uint8Array => {
    if (outcome.kind === "refused") {
      if (outcome.reason === "unclaimed") verification?.forget(tag);
      return refused(parts, tag, bytes, outcome);
    }
    countStored(counters, outcome);
    if (outcome.missing !== undefined) parts.missing?.found(tag, outcome.missing);
    if (suspect !== undefined) countSuspect(parts, tag, suspect);
    if (outcome.stored > 0) hear(parts.clock, tag, report);
    if (outcome.stored > 0) verification?.stored(tag, report, outcome.through);
    return acknowledgeStored(outcome);
  };
  return store.recordReport(tag, report, { at, atMs, knows, judge }).then(answer, failed);
}

function hear(clock: Pick<ClockTrust, "heard"> | undefined, tag: TagId, { entries }: Report): void {
  const newest = entries.findLast(({ kind }) => kind === "fix");
  if (newest !== undefined) clock?.heard(tag, newest.at * 1_000);
}

/** Nothing is lost: the tag keeps its entries and sends them again. */
function overQuota(parts: ReceiveReportParts, tag: TagId, bytes: Uint8Array): Uint8Array {
  const { quota, counters, log, alarms } = parts;
  counters.add("refused", "quota");
  alarms?.observe({ event: "quota.tag", tag });
  if (quota.isNews(tag))
    log.warn("a tag sends more than it may have stored; it is broken, or somebody else has its key", {
      event: "report.quota",
      tag,
    });
  return refuseReport(bytes, "busy", false);
}

/** A missing key is the operator's to mend: to the tag the bridge is busy, so that it keeps its entries and comes again. */
function refused(
  { counters, log }: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
  { reason }: Refused,
): Uint8Array {
  counters.add("refused", reason);
  if (reason !== "key-missing") return refuseReport(bytes, reason, false);
  log.error("the key that seals a tag's reports is missing", { event: "report.key-missing", tag, reason });
  return refuseReport(bytes, "busy", false);
}

function countSuspect(
  { counters, alarms }: ReceiveReportParts,
  tag: TagId,
  suspect: readonly (Doubt | undefined)[],
): void {
  for (const doubt of suspect) {
    if (doubt === undefined) continue;
    counters.add("suspect", doubt);
    const event = SPOOFED[doubt];
    if (event !== undefined) alarms?.observe({ event, tag });
  }
}

function countStored(
  counters: BridgeCounters,
  { stored, duplicates, withheld, overfull = 0, answered = [] }: Stored,
): void {
  counters.add("reports");
  counters.add("entries", "stored", stored);
  if (duplicates > 0) counters.add("entries", "duplicate", duplicates);
  if (withheld > 0) counters.add("entries", "withheld", withheld);
  if (overfull > 0) counters.add("entries", "overfull", overfull);
  for (const outcome of answered) counters.add("command-answers", outcome);
}

async function keepDeadLetter(
  parts: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
  reason: DecodeReason,
): Promise<Uint8Array> {
  const { store, counters, unreadable, now } = parts;
  const outcome = await store.keepDeadLetter(tag, bytes, reason, now());
  if (outcome.kind === "refused") return refused(parts, tag, bytes, outcome);
  counters.add("set-aside", reason);
  unreadable.tell("report.set-aside", tag, reason, outcome.count);
  return refuseReport(bytes, reason, true);
}
