import { heldRows, type TableEntry } from "@purrimeter/database/table-entry";
import type { Database } from "@purrimeter/database/open-database";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { prepareFinding } from "../history/rewrite-statements.ts";
import type { PlacedEntry } from "../reading/placed-entry.ts";
import type { ArchivedOwnership, ExportedRow, OwnerArchive } from "../reading/owner-archive.ts";
import { readPiece } from "../recording/piece-codec.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { LOCATION_TABLES, type LocationHolder } from "../schema/tables.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { Sealer } from "../sealing/seal.ts";
import { exportRow, type ExportContext, type RawRow } from "./export-row.ts";

/** Rows that are read at once. */
const ROWS = 500;
/** The chained table, whose rows are read along the days. */
const ENTRIES = "report";
/** The status is a former owner's until the tag says another. */
const STATUS_SQL = `tag = (SELECT tag FROM ownership WHERE id = @ownership)
  AND at >= (SELECT started_at FROM ownership WHERE id = @ownership)
  AND at <= coalesce((SELECT ended_at FROM ownership WHERE id = @ownership), 9999999999)`;
/** Rows of the trail that the owner did, or that were done to the owner. */
const TRAIL_SQL = `at IS NOT NULL AND (
  actor = (SELECT name FROM trail_name WHERE account = @owner) OR account = (SELECT name FROM trail_name WHERE account = @owner))`;

/** What an account was told of a tag is the account's, also when the tag is another's. */
const OF_ACCOUNT: ReadonlySet<string> = new Set(["alert", "alert_delivery", "alert_mute"]);

type Entry = TableEntry<LocationHolder>;

/** The condition for the rows of an ownership or of an owner that are in an export, or undefined. */
function exportedRows(entry: Entry, holder: "owner" | "ownership"): string | undefined {
  if (entry.table === "tag_status" && holder === "ownership") return STATUS_SQL;
  if (entry.table === "trail" && holder === "owner") return TRAIL_SQL;
  if (OF_ACCOUNT.has(entry.table) && holder === "ownership") return undefined;
  return heldRows(entry, holder);
}

/** Rows of a table in the order of its key, a few at a time; each page goes on after the last. */
async function* read(
  database: Database,
  context: ExportContext,
  { table, key }: Entry,
  where: string,
  holder: object,
): AsyncGenerator<ExportedRow> {
  const order = key.join(", ");
  const after = key.map((column) => `@${column}`).join(", ");
  const sql = (more: string): string =>
    `SELECT * FROM ${table} WHERE (${where})${more} ORDER BY ${order} LIMIT ${ROWS}`;
  const first = database.prepare<[object], RawRow>(sql(""));
  const next = database.prepare<[object], RawRow>(
    sql(` AND (${order}) > (${after})`).replaceAll(/@(\w+)/g, (name, column: string) =>
      key.includes(column) && !(column in holder) ? `@after_${column}` : name,
    ),
  );
  let rows = first.all(holder);
  while (rows.length > 0) {
    for (const row of rows) yield exportRow(table, row, context);
    const last = rows.at(-1);
    if (rows.length < ROWS || last === undefined) return;
    const place = Object.fromEntries(key.map((column) => [`after_${column}`, last[column]]));
    rows = next.all({ ...holder, ...place });
  }
}

/** Reads an owner's archive; what the registry of tables exports and nothing else. */
export function openOwnerArchive(database: Database, keys: OwnerKeys, owner: OwnerId): OwnerArchive {
  const find = prepareFinding(database);
  const ownerships = (): ArchivedOwnership[] =>
    database
      .prepare<[string], ArchivedOwnership>(
        `SELECT id, tag, ended_at AS endedAt FROM ownership WHERE owner = ? ORDER BY tag, id`,
      )
      .all(owner)
      .map((row) => ({ ...row, endedAt: row.endedAt ?? undefined }));
  const context = { keys, owner, tagOf: (id: number) => tagOf(database, id) };

  async function* rowsOf(entry: Entry): AsyncGenerator<ExportedRow> {
    const ofOwner = exportedRows(entry, "owner");
    if (ofOwner !== undefined) yield* read(database, context, entry, ofOwner, { owner });
    const ofOwnership = exportedRows(entry, "ownership");
    if (ofOwnership === undefined) return;
    for (const { id } of ownerships()) yield* read(database, context, entry, ofOwnership, { ownership: id });
  }

  return {
    ownerships,
    parts: () => {
      const exported = LOCATION_TABLES.filter(
        ({ table, exported: as }) => "as" in as && table !== ENTRIES,
      ) as readonly (Entry & { exported: { as: string } })[];
      const names = [...new Set(exported.map((entry) => entry.exported.as))];
      return names.map((name) => ({
        name,
        rows: async function* () {
          for (const entry of exported.filter((one) => one.exported.as === name)) yield* rowsOf(entry);
        },
      }));
    },
    entries: async function* (ownership) {
      for (const day of find.daysBackwards(ownership.id).reverse()) {
        const entries: PlacedEntry[] = [];
        for (const row of find.chain(ownership.id, day)) {
          const key = await keys.find(row.sealing_key);
          const place = { kind: "report", epoch: row.epoch, number: row.first, at: row.received_at } as const;
          const subject = { text: ownership.tag, number: ownership.id, keyId: row.sealing_key };
          const plain = key && new Sealer(subject, key).open(place, row.sealed);
          // What does not open is not there for its owner either: the API names its time as unreadable.
          for (const stored of plain === undefined ? [] : readPiece(row.first, plain))
            entries.push({
              ...stored,
              epoch: row.epoch as PlacedEntry["epoch"],
              receivedAt: row.received_at as UnixSeconds,
            });
        }
        yield entries.sort(compareEntries);
      }
    },
  };
}

function compareEntries(a: PlacedEntry, b: PlacedEntry): number {
  return a.entry.at - b.entry.at || a.epoch - b.epoch || a.number - b.number;
}

function tagOf(database: Database, ownership: number): string {
  const sql = "SELECT tag FROM ownership WHERE id = ?";
  return database.prepare<[number], string>(sql).pluck().get(ownership) ?? "";
}
