import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import { FIRST_WIRE_VERSION } from "@purrimeter/protocol/limits";
import type { Detection } from "@purrimeter/protocol/messages";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { isTooOldForLost } from "../lost/too-old-for-lost.ts";
import type { OwnedTag } from "./owned-tag.ts";

/** What a tag last said of itself, with what is wanted of it. */
interface SaidRow {
  readonly started_at: number;
  readonly detection: Detection;
  /** Of the settings that have lost mode; null when it is not on. */
  readonly version: number | null;
  readonly wanted: number;
  readonly reported: number | null;
  readonly refused_version: number | null;
  readonly refused_reason: string | null;
  readonly wire_version: number | null;
  readonly lost: number | null;
  readonly status_at: number | null;
  readonly last_heard_at: number | null;
  readonly battery_percent: number | null;
}

/** What was refused before the wanted settings changed, or under a former owner, says nothing of the wanted ones. */
function refusedOf(row: SaidRow): OwnedTag["settings"]["refused"] {
  const { refused_version: version, refused_reason: reason, status_at: at } = row;
  if (version === null || reason === null || at === null || at < row.started_at) return undefined;
  return version === 0 || version === row.wanted ? { version, reason: reason as DecodeReason } : undefined;
}

/** What an old firmware leaves out of the wanted settings; nothing is known of a tag that has said nothing yet. */
function ignoredBy(row: SaidRow): OwnedTag["settings"]["ignored"] {
  const isNamed = row.status_at !== null && row.status_at >= row.started_at;
  const ignored = [
    ...(row.detection !== "usual" && row.wire_version === FIRST_WIRE_VERSION ? (["detection"] as const) : []),
    ...(isNamed && isTooOldForLost(row) ? (["lost"] as const) : []),
  ];
  return ignored.length === 0 ? undefined : ignored;
}

/** A former owner's status is none of the present one's. */
function lastHeardAt(row: SaidRow): UnixSeconds | undefined {
  const statusAt = row.status_at !== null && row.status_at >= row.started_at ? row.status_at : 0;
  const at = Math.max(row.last_heard_at ?? 0, statusAt);
  return at === 0 ? undefined : (at as UnixSeconds);
}

/** What the owner reads of it. */
export function stateOf(row: SaidRow): Pick<OwnedTag, "lastHeardAt" | "batteryPercent" | "settings"> {
  return {
    lastHeardAt: lastHeardAt(row),
    batteryPercent: row.battery_percent ?? undefined,
    settings: {
      wanted: row.wanted,
      reported: row.reported ?? 0,
      refused: refusedOf(row),
      ignored: ignoredBy(row),
    },
  };
}
