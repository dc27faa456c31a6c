import { parseTimestamp } from "./parse-timestamp.ts";
import { readCsv } from "./read-csv.ts";
import { GarbageCount, type Garbage, type TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";

/** Where the columns are; -1 for an optional one that is missing. */
interface Columns {
  readonly tag: number;
  readonly timestamp: number;
  readonly lon: number;
  readonly lat: number;
  readonly visible: number;
  readonly accuracyM: number;
}

/** Movebank writes names with hyphens, its derivatives with underscores; both are read. */
function columnIndex(header: readonly string[], ...names: readonly string[]): number {
  const normal = header.map((name) => name.trim().toLowerCase().replaceAll("-", "_"));
  for (const name of names) if (normal.includes(name)) return normal.indexOf(name);
  return -1;
}

function columnsOf(header: readonly string[]): Columns | string {
  const columns = {
    tag: columnIndex(header, "tag_id", "individual_local_identifier", "tag_local_identifier"),
    timestamp: columnIndex(header, "timestamp"),
    lon: columnIndex(header, "location_long"),
    lat: columnIndex(header, "location_lat"),
    visible: columnIndex(header, "visible"),
    accuracyM: columnIndex(header, "accuracy_m"),
  };
  if (columns.tag < 0) return "tag_id";
  if (columns.timestamp < 0) return "timestamp";
  if (columns.lon < 0) return "location_long";
  return columns.lat < 0 ? "location_lat" : columns;
}

/** A sign, and a digit on one side of the point at least, as in xsd:decimal; with an exponent as spreadsheets write it. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const WITH_EXPONENT = /^[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+$/;

/** The text as a decimal number; NaN for "", "0x10", " 1" and everything else that `Number` accepts too freely. */
function decimal(text: string): number {
  return DECIMAL.test(text) || WITH_EXPONENT.test(text) ? Number(text) : NaN;
}

/** The degrees when they lie within ±limit, or NaN. */
export function degreesWithin(text: string, limit: number): number {
  const degrees = decimal(text);
  return Math.abs(degrees) <= limit ? degrees : NaN;
}

function flagOf(text: string): boolean | undefined {
  if (text === "TRUE" || text === "true" || text === "1" || text === "") return true;
  return text === "FALSE" || text === "false" || text === "0" ? false : undefined;
}

/** Reads rows one by one into tracks, each row either a fix or a named fault. */
class MovebankRows {
  readonly builders = new Map<string, TrackBuilder>();
  readonly #columns: Columns;
  #last = new TrackBuilder("");

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** Adds the row's fix; returns a phrase that describes the fault when there is none. */
  add(row: readonly string[]): string | undefined {
    const columns = this.#columns;
    const field = (index: number): string => row[index] ?? "";
    const name = field(columns.tag);
    if (name === "") return "tag_id is empty";
    const at = parseTimestamp(field(columns.timestamp));
    if (!(at >= 0)) return `timestamp ${quoted(field(columns.timestamp))} is no time`;
    const lat = degreesWithin(field(columns.lat), 90);
    if (Number.isNaN(lat)) return `location_lat ${quoted(field(columns.lat))} is no latitude`;
    const lon = degreesWithin(field(columns.lon), 180);
    if (Number.isNaN(lon)) return `location_long ${quoted(field(columns.lon))} is no longitude`;
    const visible = flagOf(field(columns.visible));
    if (visible === undefined) return `visible ${quoted(field(columns.visible))} is neither TRUE nor FALSE`;
    const accuracy = field(columns.accuracyM);
    const accuracyM = accuracy === "" ? NaN : decimal(accuracy);
    if (accuracy !== "" && !(accuracyM >= 0)) return `accuracy_m ${quoted(accuracy)} is no accuracy`;
    this.#builder(name).add(at, lat, lon, accuracyM, !visible);
    return undefined;
  }

  #builder(name: string): TrackBuilder {
    if (this.#last.name === name) return this.#last;
    const known = this.builders.get(name);
    this.#last = known ?? new TrackBuilder(name);
    if (known === undefined) this.builders.set(name, this.#last);
    return this.#last;
  }
}

const MAX_QUOTED_LENGTH = 40;

/** A piece of an untrusted file for a message: short, and without control characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}...` : text);
}

/**
 * Reads a CSV file with Movebank's columns: tag_id, timestamp, location_long, location_lat, and optionally visible
 * (FALSE marks an outlier) and accuracy_m. One track per tag_id, fixes in the order of the file. The file may be
 * larger than memory allows for its text: it is read as a stream. Rejects when the file cannot be read.
 */
export async function readMovebank(path: string, garbage: Garbage): Promise<TrackFile> {
  const count = new GarbageCount(path, garbage);
  let rows: MovebankRows | undefined;
  const fault = await readCsv(path, (record, line) => {
    if (rows !== undefined) {
      const detail = rows.add(record);
      return detail === undefined || count.add(line, detail);
    }
    const columns = columnsOf(record);
    if (typeof columns !== "string") rows = new MovebankRows(columns);
    else count.problem = { reason: "missing-column", path, line, detail: `there is no column ${columns}` };
    return rows !== undefined;
  });
  if (fault !== undefined) count.problem ??= { reason: "malformed", path, ...fault };
  return count.file([...(rows?.builders.values() ?? [])].map((builder) => builder.track()));
}
