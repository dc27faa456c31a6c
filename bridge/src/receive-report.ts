import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { Report } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { errorCode, type Log } from "@purrimeter/log/log";
import type { ReportStore, Stored } from "@purrimeter/store/report-store";
import { acknowledgeStored, refuseReport } from "./acknowledge.ts";
import type { BridgeCounters } from "./bridge-counters.ts";
import type { DecideAgain } from "./decide-again.ts";
import type { SuspicionJudge } from "./suspicion.ts";

export interface ReceiveReportParts {
  readonly store: Pick<ReportStore, "recordReport" | "setAside">;
  readonly suspicions: SuspicionJudge;
  readonly counters: BridgeCounters;
  readonly log: Log;
  /** Judges what was stored, after it was acknowledged; left out, nobody does. */
  readonly decideAgain?: DecideAgain | undefined;
  readonly now: () => UnixSeconds;
}

/**
 * Stores a report and answers it: decode, judge, record, and after the commit the encoded acknowledgement.
 * What cannot be decoded is set aside, so that the next report goes through. Never rejects.
 */
export async function receiveReport(
  parts: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const decoded = decodeReport(bytes);
  try {
    return decoded.ok
      ? await record(parts, tag, bytes, decoded.value)
      : await setAside(parts, tag, bytes, decoded.error.reason);
  } catch (error) {
    // The store's own fault. Nothing was committed, so the tag keeps its entries and tries again.
    parts.counters.add("store-fault", errorCode(error));
    parts.log.error("a report could not be stored", { event: "report.fault", tag, code: errorCode(error) });
    return refuseReport(bytes, "busy", false);
  }
}

async function record(
  { store, suspicions, counters, decideAgain, now }: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
  report: Report,
): Promise<Uint8Array> {
  const at = now();
  const suspect = suspicions.judge(tag, report, at);
  const outcome = await store.recordReport(tag, report, { at, suspect });
  if (outcome.kind === "stored") {
    countStored(counters, outcome);
    for (const suspicion of suspect ?? []) if (suspicion !== undefined) counters.add("suspect", suspicion);
    if (outcome.stored > 0) decideAgain?.stored(tag, report, outcome.through);
    return acknowledgeStored(outcome);
  }
  if (outcome.reason === "unclaimed") decideAgain?.forget(tag);
  counters.add("refused", outcome.reason);
  return refuseReport(bytes, outcome.reason, false);
}

function countStored(counters: BridgeCounters, { stored, duplicates, withheld }: Stored): void {
  counters.add("reports");
  counters.add("entries", "stored", stored);
  if (duplicates > 0) counters.add("entries", "duplicate", duplicates);
  if (withheld > 0) counters.add("entries", "withheld", withheld);
}

async function setAside(
  { store, counters, log, now }: ReceiveReportParts,
  tag: TagId,
  bytes: Uint8Array,
  reason: DecodeReason,
): Promise<Uint8Array> {
  const outcome = await store.setAside(tag, bytes, reason, now());
  if (outcome.kind === "refused") {
    counters.add("refused", outcome.reason);
    return refuseReport(bytes, outcome.reason, false);
  }
  counters.add("set-aside", reason);
  log.warn("a report could not be read", { event: "report.set-aside", tag, reason, count: outcome.count });
  return refuseReport(bytes, reason, true);
}
