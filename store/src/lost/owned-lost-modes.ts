import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import { CLOCK_NOT_TRUSTED } from "../tags/clock-refusal.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import type { TagSettings } from "../tags/tag-settings.ts";
import type { LostDraft, LostOutcome, LostState, LostView } from "./lost-mode.ts";
import type { prepareLost } from "./lost-statements.ts";
import { isTooOldForLost } from "./too-old-for-lost.ts";

/** What OwnedLostModes is made of. */
export interface OwnedLostModesParts {
  readonly statements: ReturnType<typeof prepareLost>;
  readonly settings: TagSettings;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
  /** Whether anything may begin, or be promised for a time. */
  readonly isClockPlausible: () => boolean;
}

type TagRow = NonNullable<ReturnType<ReturnType<typeof prepareLost>["tag"]["get"]>>;

/** How long the buzzer sounds at a movement: long enough to hear where, short enough for the cat. */
const BUZZ_S = 5;

/** Lost mode as owners set and see it: each call is handed the owner's tags. */
export class OwnedLostModes {
  readonly #parts: OwnedLostModesParts;

  constructor(parts: OwnedLostModesParts) {
    this.#parts = parts;
  }

  of(tags: OwnedTags, tag: TagId): LostView | "not-found" {
    const ownership = tags.present(tag)?.id;
    const row = ownership === undefined ? undefined : this.#parts.statements.tag.get({ ownership });
    if (row === undefined) return "not-found";
    return { lost: stateOf(row), batteryPercent: row.battery_percent ?? undefined };
  }

  set(tags: OwnedTags, tag: TagId, draft: LostDraft): LostOutcome {
    const { writes, isClockPlausible } = this.#parts;
    if (tags.present(tag) === undefined) return { kind: "refused", reason: "not-found" };
    if (!isClockPlausible()) return { kind: "refused", reason: CLOCK_NOT_TRUSTED };
    return writes.run(() => this.#set(tags, tag, draft));
  }

  end(tags: OwnedTags, tag: TagId): "ended" | "not-found" {
    const { statements, settings, writes, now } = this.#parts;
    return writes.run(() => {
      const ownership = tags.present(tag)?.id;
      if (ownership === undefined) return "not-found";
      if (statements.end.run({ ownership, at: now(), by: "owner" }) === 0) return "ended";
      settings.bump(tag);
      this.#record("tag.lost-ended", tags, tag);
      return "ended";
    });
  }

  #set(tags: OwnedTags, tag: TagId, draft: LostDraft): LostOutcome {
    const { statements, settings, now } = this.#parts;
    const ownership = tags.present(tag)?.id;
    const before = ownership === undefined ? undefined : statements.tag.get({ ownership });
    if (ownership === undefined || before === undefined) return { kind: "refused", reason: "not-found" };
    if (before.revoked_at !== null) return { kind: "refused", reason: "revoked" };
    if (before.battery_percent !== null && before.battery_percent <= draft.floorPercent)
      return { kind: "refused", reason: "battery-too-low" };
    const isOn = before.started_at !== null && before.ended_at === null;
    statements.set.run({
      ownership,
      interval_s: draft.intervalS,
      buzz_s: draft.hasSound ? BUZZ_S : 0,
      floor_percent: draft.floorPercent,
      until: draft.until ?? 0,
      started_at: isOn ? (before.started_at ?? now()) : now(),
      version: settings.bump(tag),
    });
    this.#record("tag.lost", tags, tag);
    const after = statements.tag.get({ ownership });
    const lost = after && stateOf(after);
    if (lost === undefined) throw new Error("a lost mode that was just set is not there");
    return { kind: "set", lost };
  }

  #record(event: "tag.lost" | "tag.lost-ended", { owner }: OwnedTags, subject: TagId): void {
    this.#parts.trail.record({ event, actor: owner, account: owner, subject });
  }
}

function stateOf(row: TagRow): LostState | undefined {
  const { started_at: startedAt, interval_s: intervalS, floor_percent: floorPercent } = row;
  if (startedAt === null || intervalS === null || floorPercent === null) return undefined;
  const ended =
    row.ended_at === null || row.ended_by === null
      ? undefined
      : { at: row.ended_at as UnixSeconds, by: row.ended_by };
  return {
    ...{ intervalS, floorPercent, hasSound: (row.buzz_s ?? 0) > 0, ended, tag: tagStateOf(row) },
    until: (row.until || undefined) as UnixSeconds | undefined,
    startedAt: startedAt as UnixSeconds,
  };
}

/** By the last status of this ownership: what a former owner's tag said is nothing. */
function tagStateOf(
  row: Pick<TagRow, "status_at" | "owned_at" | "reported" | "version" | "wire_version" | "lost">,
): LostState["tag"] {
  if (row.status_at === null || row.status_at < row.owned_at) return "waiting";
  if (isTooOldForLost(row)) return "too-old";
  if ((row.reported ?? 0) < (row.version ?? Infinity)) return "waiting";
  return row.lost === 1 ? "on" : "over";
}
