import type { AccountData } from "@purrimeter/auth-api/internal";
import { degreesFromE7 } from "@purrimeter/protocol/values";
import { locationOf, type PlacedEntry } from "@purrimeter/store/placed-entry";
import type { ArchivedOwnership, ExportedRow, OwnerArchive } from "@purrimeter/store/owner-archive";
import { rfc3339 } from "../lists/rfc3339.ts";
import { ACCOUNT_FOLDER, ARCHIVE_VERSION, DATA_FOLDER, MANIFEST, type Manifest } from "./archive-format.ts";
import { archiveReadme } from "./archive-readme.ts";
import { csvLine, type CsvCell } from "./csv.ts";
import { FILE_FORMATS, locationFile, type ReadPages } from "./location-file.ts";
import { ZipWriter } from "./zip-writer.ts";

/** What an archive is made of. */
export interface ArchiveSource {
  /** What the authentication service has. */
  readonly account: AccountData;
  readonly data: OwnerArchive;
  /** Seconds of UTC. */
  readonly at: number;
}

/** Writes the archive of an account; one part of one table, or one day of entries, is in memory at a time. */
export async function writeArchive(
  write: (chunk: Uint8Array) => Promise<void>,
  { account, data, at }: ArchiveSource,
): Promise<void> {
  const zip = new ZipWriter(write, at * 1_000);
  const createdAt = rfc3339(at as never);
  await zip.add("README.txt", [archiveReadme(createdAt)]);
  for (const [name, rows] of Object.entries(account.parts))
    await zip.add(`${ACCOUNT_FOLDER}/${name}.jsonl`, jsonLines(rows));
  for (const part of data.parts()) {
    await zip.add(`${DATA_FOLDER}/${part.name}.jsonl`, jsonLines(part.rows()));
    if (part.name === "geofences") await zip.add("geofences.geojson", geofenceFeatures(part.rows()));
    if (part.name === "events") await zip.add("events.csv", eventLines(part.rows()));
  }
  for (const [i, ownership] of data.ownerships().entries()) await addEntries(zip, data, ownership, i + 1);
  const format = "purrimeter-account";
  const manifest: Manifest = { format, version: ARCHIVE_VERSION, createdAt, files: [...zip.files] };
  await zip.add(MANIFEST, [`${JSON.stringify(manifest, null, 1)}\n`]);
  await zip.end();
}

/** The folder of a tag's time with the owner: a tag that came back has another. */
function folderOf({ tag }: ArchivedOwnership, place: number): string {
  return `tags/${tag}-${place}`;
}

async function addEntries(
  zip: ZipWriter,
  data: OwnerArchive,
  ownership: ArchivedOwnership,
  place: number,
): Promise<void> {
  const folder = folderOf(ownership, place);
  const days = new Days(data.entries(ownership));
  for (let month = await days.month(); month !== undefined; month = await days.month())
    await zip.add(`${folder}/entries/${month}.jsonl`, entryLines(ownership, days.ofMonth(month)));
  const pages: ReadPages = async function* () {
    for await (const entries of data.entries(ownership)) {
      const items = entries.flatMap((entry) => locationOf(entry) ?? []);
      yield { items, unreadable: undefined };
    }
  };
  for (const format of FILE_FORMATS)
    await zip.add(`${folder}/locations.${format}`, locationFile(format, ownership.tag, pages));
}

/** Days of entries, handed out by month. */
class Days {
  readonly #days: AsyncGenerator<readonly PlacedEntry[]>;
  #next: readonly PlacedEntry[] | undefined;

  constructor(days: AsyncGenerator<readonly PlacedEntry[]>) {
    this.#days = days;
  }

  /** The month of the next day; undefined when there is none. */
  async month(): Promise<string | undefined> {
    while (this.#next === undefined || this.#next.length === 0) {
      const next = await this.#days.next();
      if (next.done === true) return undefined;
      this.#next = next.value;
    }
    return monthOf(this.#next);
  }

  async *ofMonth(month: string): AsyncGenerator<readonly PlacedEntry[]> {
    while ((await this.month()) === month && this.#next !== undefined) {
      const day = this.#next;
      this.#next = undefined;
      yield day;
    }
  }
}

/** A day is stored under the time of its entries; one without a time has that of its arrival. */
function monthOf([first]: readonly PlacedEntry[]): string {
  const at = first === undefined ? 0 : first.entry.at || first.receivedAt;
  return rfc3339(at as never).slice(0, 7);
}

/** `ownership` is that of the lines of tags.jsonl. */
async function* entryLines(
  { id, tag }: ArchivedOwnership,
  days: AsyncIterable<readonly PlacedEntry[]>,
): AsyncGenerator<string> {
  for await (const day of days)
    yield day
      .map(({ entry, doubt = null, ...place }) =>
        line({ table: "report", tag, ownership: id, ...place, doubt, entry }),
      )
      .join("");
}

/** Rows that are written at once. */
const LINES = 200;

async function* jsonLines(rows: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  let lines: string[] = [];
  for await (const row of rows) {
    lines.push(line(row));
    if (lines.length < LINES) continue;
    yield lines.join("");
    lines = [];
  }
  if (lines.length > 0) yield lines.join("");
}

function line(row: object): string {
  return `${JSON.stringify(row)}\n`;
}

interface Corner {
  readonly latE7: number;
  readonly lonE7: number;
}

type Shape =
  | ({ readonly kind: "circle"; readonly radiusCm: number } & Corner)
  | { readonly kind: "polygon"; readonly vertices: readonly Corner[] };

/** Geofences that were not deleted; a circle is its centre with a radius. */
async function* geofenceFeatures(rows: AsyncIterable<ExportedRow>): AsyncGenerator<string> {
  yield '{"type":"FeatureCollection","features":[';
  let separator = "\n";
  for await (const row of rows) {
    const shape = row["shape"] as Shape | undefined;
    if (row.table !== "geofence" || shape === undefined) continue;
    const properties = {
      id: row["id"],
      name: row["name"],
      ...(shape.kind === "circle" && { radiusM: shape.radiusCm / 100 }),
    };
    yield `${separator}${JSON.stringify({ type: "Feature", geometry: geometryOf(shape), properties })}`;
    separator = ",\n";
  }
  yield "]}\n";
}

function geometryOf(shape: Shape): object {
  if (shape.kind === "circle") return { type: "Point", coordinates: position(shape) };
  const ring = shape.vertices.map(position);
  return { type: "Polygon", coordinates: [[...ring, ...ring.slice(0, 1)]] };
}

function position({ latE7, lonE7 }: Corner): [number, number] {
  return [degreesFromE7(lonE7 as never), degreesFromE7(latE7 as never)];
}

async function* eventLines(rows: AsyncIterable<ExportedRow>): AsyncGenerator<string> {
  yield csvLine(["time", "tag", "geofence", "from", "to", "suspect"]);
  for await (const { at, tag, geofence, entry, doubt } of rows) {
    const { from, to } = (entry ?? {}) as { from?: CsvCell; to?: CsvCell };
    yield csvLine([rfc3339(at as never), cell(tag), cell(geofence), from ?? null, to ?? null, cell(doubt)]);
  }
}

function cell(value: unknown): CsvCell {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
