import type { KeyObject } from "node:crypto";
import type { EntryNumber, Epoch, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { openGeofence } from "../geofences/geofence-content.ts";
import type { GeofenceId } from "../geofences/geofence.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { LocationReader } from "../reading/read-locations.ts";
import { readPiece } from "../recording/piece-codec.ts";
import type { KeyCache } from "../sealing/key-cache.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { Sealer } from "../sealing/seal.ts";
import { openTagName } from "../tags/owned-tags.ts";
import type { AlertId } from "./alert.ts";
import type { AlertCommand, AlertEvent, AlertTask } from "./alert-work.ts";
import type { LeasedTurn } from "./lease-tasks.ts";
import type { PreferenceRows } from "./preference-rows.ts";
import type { RuleRows } from "./rule-rows.ts";
import type { JudgedRow, NamedRow, OutboxRow, TaskStatements, TurnRow } from "./task-statements.ts";

const DAY_S = 86_400;

/** What tasks are filled from. */
export interface TaskFillerParts {
  readonly statements: TaskStatements;
  readonly cache: KeyCache;
  readonly keys: OwnerKeys;
  readonly rules: RuleRows;
  readonly preferences: PreferenceRows;
  readonly locations: LocationReader;
}

/** `gone`: there is nobody to be told. `later`: a key is not there. `never`: the event does not open. */
export type Filled = AlertTask | "gone" | "later" | "never";

/** Puts together all that judging an event needs. */
export class TaskFiller {
  readonly #parts: TaskFillerParts;

  constructor(parts: TaskFillerParts) {
    this.#parts = parts;
  }

  async fill(leased: LeasedTurn, nowMs: number): Promise<Filled> {
    const { statements, cache } = this.#parts;
    const row = statements.judged.get(leased.turn.ownership);
    if (row === undefined) return "gone";
    const key = await cache.look(row.sealing_key);
    if (typeof key === "string") return key === "erased" ? "gone" : "later";
    const event = await this.#event(leased, row, key, nowMs);
    if (event === undefined) return "never";
    return { ...this.#head(leased, row, key), ...(await this.#rest(row, nowMs)), event };
  }

  #head({ turn, event, lease }: LeasedTurn, row: JudgedRow, key: KeyObject) {
    return {
      id: `${event === "due" ? "due" : event.id} ${lease}`,
      attempts: turn.attempts,
      ownership: row.id,
      owner: row.owner as OwnerId,
      tag: row.tag as TagId,
      state: openState(turn, row, key),
    };
  }

  async #rest(row: JudgedRow, nowMs: number) {
    const { statements, keys, rules, preferences } = this.#parts;
    const owner = row.owner as OwnerId;
    const now = Math.floor(nowMs / 1_000);
    const asked = { ownership: row.id, owner, now, since: now - DAY_S };
    const muted = statements.muted.get(asked);
    return {
      tagName: await openTagName(keys, row),
      rules: await rules.ofOwner(owner),
      preferences: preferences.of(owner),
      mutedUntil: muted && ((muted.until ?? "for-ever") as UnixSeconds | "for-ever"),
      lastHeardAt: lastHeardAt(row),
      lastPlace: await this.#place(row),
      batteryPercent: row.battery_percent ?? undefined,
      commands: statements.commands.all(asked).map(toCommand),
      viewers: statements.viewers.all(asked) as OwnerId[],
      geofences: await this.#geofences(row.id),
      untold: statements.untold.all(asked) as AlertId[],
    };
  }

  async #place({ id, tag }: JudgedRow): Promise<AlertTask["lastPlace"]> {
    const location = await this.#parts.locations.latest({ tag: tag as TagId, id });
    if (location === undefined) return undefined;
    const { latE7, lonE7, accuracyDm } = location;
    return { latE7, lonE7, accuracyDm };
  }

  async #geofences(ownership: number): Promise<AlertTask["geofences"]> {
    const named: AlertTask["geofences"][number][] = [];
    for (const row of this.#parts.statements.geofences.all(ownership)) named.push(await this.#named(row));
    return named;
  }

  async #named(row: NamedRow): Promise<AlertTask["geofences"][number]> {
    const key = await this.#parts.keys.find(row.sealing_key);
    const name = key && openGeofence(row, key)?.name;
    return { id: row.id as GeofenceId, name: name ?? undefined };
  }

  async #event(
    { event }: LeasedTurn,
    row: JudgedRow,
    key: KeyObject,
    nowMs: number,
  ): Promise<AlertEvent | undefined> {
    if (event === "due") return { kind: "due", at: Math.floor(nowMs / 1_000) as UnixSeconds };
    const at = event.at as UnixSeconds;
    switch (event.kind) {
      case "transition":
        return this.#transition(event, row, key);
      case "battery":
        return { kind: event.kind, at, percent: Number(event.subject) };
      case "claimed":
        return { kind: event.kind, at };
      case "found":
        return { kind: event.kind, at, report: Number(event.subject) };
      case "shared":
        return { kind: event.kind, at, ...(await this.#share(event.subject ?? "", row, key)) };
      case "command":
        return { kind: event.kind, at, command: Number(event.subject) };
    }
  }

  async #transition(event: OutboxRow, row: JudgedRow, key: KeyObject): Promise<AlertEvent | undefined> {
    const { epoch, number, created_at: createdAt, sealed, sealing_key: keyId } = event;
    if (sealed === null || keyId !== row.sealing_key) return undefined;
    const place = { kind: "event", epoch, number, at: createdAt } as const;
    const plain = new Sealer({ text: row.tag, number: row.id, keyId }, key).open(place, sealed);
    const stored = plain && readPiece(number, plain)[0];
    if (stored?.entry.kind !== "transition") return undefined;
    return {
      kind: "transition",
      at: event.at as UnixSeconds,
      epoch: epoch as Epoch,
      number: number as EntryNumber,
      receivedAtMs: event.received_at_ms ?? createdAt * 1_000,
      geofence: await this.#crossed(event.subject, row.owner),
      entry: stored.entry,
      doubt: stored.doubt,
    };
  }

  async #crossed(id: string | null, owner: string) {
    const row = id === null ? undefined : this.#parts.statements.geofence.get(id, owner);
    return row && (await this.#named(row));
  }

  async #share(id: string, { id: ownership, tag }: JudgedRow, key: KeyObject) {
    const row = this.#parts.statements.share.get(id, ownership);
    const subject = row && { text: `${tag} ${id}`, number: ownership, keyId: row.sealing_key };
    const place = { kind: "share-name", epoch: 0, number: 0, at: row?.created_at ?? 0 } as const;
    const name = subject && new Sealer(subject, key).open(place, row.name);
    return Promise.resolve({ share: id, name: name?.toString() });
  }
}

/** A former owner's status is none of the present one's. */
function lastHeardAt({ status_at, started_at, last_heard_at }: JudgedRow): UnixSeconds | undefined {
  const statusAt = status_at !== null && status_at >= started_at ? status_at : 0;
  const at = Math.max(last_heard_at ?? 0, statusAt);
  return at === 0 ? undefined : (at as UnixSeconds);
}

function toCommand(row: ReturnType<TaskStatements["commands"]["all"]>[number]): AlertCommand {
  return {
    command: row.id,
    kind: row.kind,
    createdAt: row.created_at as UnixSeconds,
    expiresAt: row.expires_at as UnixSeconds,
    outcome: row.outcome ?? undefined,
  };
}

function stateSealer({ tag, id, sealing_key: keyId }: JudgedRow, key: KeyObject): Sealer {
  return new Sealer({ text: tag, number: id, keyId }, key);
}

function statePlace(at: number) {
  return { kind: "alert-state", epoch: 0, number: 0, at } as const;
}

function openState(turn: TurnRow, row: JudgedRow, key: KeyObject): unknown {
  if (turn.sealed === null || turn.sealing_key !== row.sealing_key) return undefined;
  const plain = stateSealer(row, key).open(statePlace(turn.changed_at), turn.sealed);
  return plain === undefined ? undefined : JSON.parse(plain.toString("utf8"));
}

/** What the rules remember, sealed with the time of its change. */
export function sealState(row: JudgedRow, key: KeyObject, state: unknown, at: number): Buffer | null {
  if (state === undefined) return null;
  return stateSealer(row, key).seal(statePlace(at), Buffer.from(JSON.stringify(state)));
}
