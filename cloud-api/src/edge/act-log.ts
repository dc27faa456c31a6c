import type { TagId } from "@purrimeter/protocol/values";
import type { Log } from "@purrimeter/service/log";
import { SummedLines } from "@purrimeter/service/summed-lines";

/** What changes who has a tag, who sees where it is, or who is told of it. */
export type OwnerAct =
  | "alert-channel.added"
  | "alert-channel.proved"
  | "alert-channel.removed"
  | "alert-channel.rotated"
  | "alert-rule.changed"
  | "tag.claimed"
  | "tag.given-up"
  | "account.exported"
  | "history.erased"
  | "share.changed"
  | "share.invited"
  | "share.accepted"
  | "share.removed"
  | "share.left"
  | "transfer.offered"
  | "transfer.cancelled"
  | "transfer.accepted"
  | "transfer.confirmed"
  | "command.given"
  | "tag.lost"
  | "tag.lost-ended";

/** An owner who clicks is below this; one who does so a thousand times does not push out what else is in the file. */
const PER_KIND = { burst: 200, perSecond: 1 };
const PER_TAG = { burst: 20, perSecond: 1 / 60 };
const SUM_EVERY_MS = 60_000;

/** Writes owners' acts as security events: act and tag, and no account, since a log names no person. */
export function logActs(log: Log, monotonicMs: () => number): (act: OwnerAct, tag?: TagId) => void {
  const onSum = (reason: string, count: number): void =>
    log.info("owners did more", { event: "security.act-sum", reason, count });
  const options = { perKind: PER_KIND, perOrigin: PER_TAG, monotonicMs, onSum, everyMs: SUM_EVERY_MS };
  const lines = new SummedLines(options);
  return (act, tag) => {
    if (!lines.mayWrite(act, tag)) return;
    log.info("an owner did this", { event: "security.act", reason: act, ...(tag !== undefined && { tag }) });
  };
}
