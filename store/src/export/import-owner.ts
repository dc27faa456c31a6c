import type { TagId } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import type { StoreTrail } from "../audit/store-trail.ts";
import { sealGeofence } from "../geofences/geofence-content.ts";
import { PieceWriter } from "../recording/piece-codec.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type {
  ImportedEvent,
  ImportedGeofence,
  ImportedOwnership,
  ImportOutcome,
  OwnerSource,
} from "../reading/owner-source.ts";
import { TotalRows, type SealedOwnership } from "../retention/total-rows.ts";
import type { FreshKey, OwnerKeys } from "../sealing/owner-keys.ts";
import { Sealer } from "../sealing/seal.ts";
import { TAG_NAME_PLACE } from "../tags/owned-tags.ts";
import type { TagSettings } from "../tags/tag-settings.ts";
import { EntryImport } from "./import-entries.ts";
import { importAlerts } from "./import-alerts.ts";
import { importCommands } from "./import-commands.ts";
import { insertRow } from "./insert-row.ts";

/** What an import is made with. */
export interface ImportParts {
  readonly database: Database;
  readonly keys: OwnerKeys;
  readonly settings: TagSettings;
  readonly trail: StoreTrail;
  readonly now: () => number;
}

/** An ownership with its new number. */
interface Placed extends SealedOwnership {
  readonly sealer: Sealer;
}

/**
 * Writes an archive into the rows of an owner who has none, in one transaction: all of it or nothing. Nothing else may write
 * meanwhile. A tag that is registered here is refused, whoever has it: an archive is no proof of having a tag.
 */
export async function importOwner(
  parts: ImportParts,
  owner: OwnerId,
  source: OwnerSource,
): Promise<ImportOutcome> {
  const refusal = refusalOf(parts.database, owner, source);
  if (refusal !== undefined) return refusal;
  const own = await parts.keys.ofOwner(owner);
  const fresh = new Map<number, FreshKey>();
  for (const { id } of source.ownerships) fresh.set(id, await parts.keys.fresh(owner));
  const { database, trail } = parts;
  database.exec("BEGIN IMMEDIATE");
  try {
    addChoice(database, owner, source);
    for (const geofence of source.geofences) addGeofence(database, owner, own, geofence);
    const placed = new Map<number, Placed>();
    for (const ownership of source.ownerships)
      placed.set(ownership.id, addOwnership(parts, owner, ownership, fresh.get(ownership.id) as FreshKey));
    importAlerts({ database, owner, own }, source);
    for (const { id } of placed.values()) watch(database, id, parts.now());
    const entries = await addRows(parts, source, placed);
    trail.record({ event: "account.imported", actor: "", account: owner, subject: "" });
    database.exec("COMMIT");
    return { kind: "imported", tags: source.ownerships.length, geofences: source.geofences.length, entries };
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function refusalOf(
  database: Database,
  owner: OwnerId,
  { ownerships, geofences }: OwnerSource,
): ImportOutcome | undefined {
  const has = (sql: string, value: string): boolean =>
    database.prepare<[string]>(sql).get(value) !== undefined;
  const refused = (reason: "tag-taken" | "geofence-taken" | "has-data", what: string): ImportOutcome => ({
    ...{ kind: "refused", reason, what },
  });
  if (
    has("SELECT 1 FROM ownership WHERE owner = ?", owner) ||
    has("SELECT 1 FROM geofence WHERE owner = ?", owner)
  )
    return refused("has-data", owner);
  for (const { tag, ended_at: ended } of ownerships)
    if (ended === null && has("SELECT 1 FROM tag WHERE id = ?", tag)) return refused("tag-taken", tag);
  for (const { id } of geofences)
    if (has("SELECT 1 FROM geofence WHERE id = ?", id)) return refused("geofence-taken", id);
  return undefined;
}

function addGeofence(
  database: Database,
  owner: OwnerId,
  { id: keyId, key }: Awaited<ReturnType<OwnerKeys["ofOwner"]>>,
  { id, version, created_at, changed_at, deleted_at, name, shape }: ImportedGeofence,
): void {
  const row = { id, owner, version, changed_at, sealing_key: keyId };
  const sealed = sealGeofence(row, key, { name, shape });
  insertRow(database, "geofence", { ...row, created_at, deleted_at, sealed });
}

function addOwnership(
  { database, keys }: ImportParts,
  owner: OwnerId,
  { id: _, name, tag, ...columns }: ImportedOwnership,
  fresh: FreshKey,
): Placed {
  const keyId = keys.add(owner, fresh);
  const own = { tag, owner, sealing_key: keyId, started_at: columns.started_at, ended_at: columns.ended_at };
  const rest = {
    ...{
      entries_from: columns.entries_from,
      settings_from: columns.settings_from,
      detection: columns.detection,
    },
    ...{ fix_interval_s: columns.fix_interval_s, report_interval_s: columns.report_interval_s },
  };
  database
    .prepare("INSERT OR IGNORE INTO tag (id, registered_at, owned_before) VALUES (?, ?, 1)")
    .run(tag, columns.started_at);
  const id = insertRow(database, "ownership", { ...own, ...rest, name: Buffer.alloc(0) });
  const sealer = new Sealer({ text: tag, number: id, keyId }, fresh.key);
  const sealed = sealer.seal(TAG_NAME_PLACE, Buffer.from(name));
  database.prepare("UPDATE ownership SET name = ? WHERE id = ?").run(sealed, id);
  if (columns.ended_at === null) database.prepare("UPDATE tag SET ownership = ? WHERE id = ?").run(id, tag);
  return { id, tag: tag as TagId, keyId, key: fresh.key, sealer };
}

/** Everything that is of an ownership; the number of entries. */
async function addRows(
  { database, settings }: ImportParts,
  source: OwnerSource,
  placed: ReadonlyMap<number, Placed>,
): Promise<number> {
  const of = (ownership: number): number => placedIn(placed, ownership).id;
  for (const { ownership, ref, since_version, until_version, geofence, vertices } of source.assignments)
    insertRow(database, "assignment", {
      ...{ ownership: of(ownership), ref, since_version, until_version, geofence, vertices },
    });
  for (const { ownership, epoch, first, last, at } of source.holes)
    insertRow(database, "hole", { ownership: of(ownership), epoch, first, last, at });
  for (const { ownership, command, epoch, number, at, recorded_at, keep_day, outcome } of source.answers)
    insertRow(database, "command_answer", {
      ...{ ownership: of(ownership), command, epoch, number, at, recorded_at, keep_day, outcome },
    });
  importCommands(database, source, { isOwn: (ownership) => placed.has(ownership), of });
  addTotals(database, source, placed);
  for await (const event of source.events()) addEvent(database, placedIn(placed, event.ownership), event);
  let count = 0;
  for (const { id, tag, ended_at: ended } of source.ownerships) {
    const entries = new EntryImport(database, placedIn(placed, id));
    for await (const entry of source.entries(id)) entries.add(entry);
    count += entries.end();
    if (ended === null) takeSettings(database, settings, tag, of(id), entries.settingsVersion);
  }
  return count;
}

/** What the owner has chosen here already stays. */
function addChoice(database: Database, owner: OwnerId, { choice }: OwnerSource): void {
  if (choice === undefined) return;
  const { days, afterwards, former } = choice;
  const isKnown = database.prepare<[string]>("SELECT 1 FROM retention_choice WHERE owner = ?").get(owner);
  if (isKnown === undefined) insertRow(database, "retention_choice", { owner, days, afterwards, former });
}

/** Totals of days; what is left of such a day is not counted again. */
function addTotals(database: Database, { totals }: OwnerSource, placed: ReadonlyMap<number, Placed>): void {
  const rows = new TotalRows(database);
  for (const { ownership, day, totals: ofDay } of totals) {
    const of = placedIn(placed, ownership);
    rows.add(of, day, ofDay);
    rows.pass(of.id, Math.max(day, rows.throughDay(of.id)));
  }
}

/** Nobody is told of what is imported; whether the tag is silent is asked a day later. */
function watch(database: Database, ownership: number, now: number): void {
  database
    .prepare(
      `INSERT INTO alert_state (ownership, timer_ms, due_at)
       SELECT ownership, @dueAt * 1000, @dueAt FROM tag WHERE ownership = @ownership`,
    )
    .run({ ownership, dueAt: now + 86_400 });
}

function placedIn(placed: ReadonlyMap<number, Placed>, ownership: number): Placed {
  const found = placed.get(ownership);
  if (found === undefined) throw new ImportError(`there is no tag for the rows of ${ownership}`);
  return found;
}

/** What is in the archive does not fit together. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** Events are not told again: nothing goes into the outbox. */
function addEvent(
  database: Database,
  { id: ownership, sealer }: Placed,
  { at, epoch, number, recorded_at, keep_day, geofence, entry, doubt }: ImportedEvent,
): void {
  const writer = new PieceWriter();
  writer.begin(number);
  writer.add(number, entry, doubt ?? undefined);
  const sealed = sealer.seal({ kind: "event", epoch, number, at: recorded_at }, writer.written());
  const row = { ownership, at, epoch, number, recorded_at, keep_day, geofence };
  insertRow(database, "event", { ...row, sealing_key: sealer.keyId, sealed });
}

/** The tag's next settings have a later version than all that it had: it takes them for new. */
function takeSettings(
  database: Database,
  settings: TagSettings,
  tag: string,
  ownership: number,
  seen: number,
): void {
  const assigned = database
    .prepare<[number], number | null>(
      "SELECT max(max(since_version, coalesce(until_version, 0))) FROM assignment WHERE ownership = ?",
    )
    .pluck()
    .get(ownership);
  database
    .prepare("UPDATE tag SET settings_version = ? WHERE id = ?")
    .run(Math.max(assigned ?? 0, seen), tag);
  settings.bump(tag);
}
