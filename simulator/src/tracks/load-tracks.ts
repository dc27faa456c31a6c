import { open, readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { decodeText } from "./decode-text.ts";
import { readGeojson } from "./read-geojson.ts";
import { readGpx } from "./read-gpx.ts";
import { readMovebank } from "./read-movebank.ts";
import { readNmea } from "./read-nmea.ts";
import type { Garbage, TrackFile } from "./track-problem.ts";

type Format = "movebank" | "gpx" | "geojson" | "nmea";

const HEAD_BYTES = 65_536;

/** GPX and GeoJSON are read as a whole; a cat's track is never as large as a year of fixes at one a second. */
const MAX_WHOLE_FILE_BYTES = 256 * 1024 * 1024;

function formatByName(path: string): Format | undefined {
  switch (extname(path).toLowerCase()) {
    case ".csv":
      return "movebank";
    case ".gpx":
      return "gpx";
    case ".geojson":
    case ".json":
      return "geojson";
    case ".nmea":
      return "nmea";
    default:
      return undefined;
  }
}

function formatByContent(head: string): Format | undefined {
  const start = head.replace("\uFEFF", "").trimStart();
  if (start.startsWith("<")) return "gpx";
  if (start.startsWith("{")) return "geojson";
  if (start.slice(0, start.indexOf("\n")).includes(",") && /location[-_]lat/i.test(start)) return "movebank";
  return /\$[A-Z]{2}(RMC|GGA),/.test(head) ? "nmea" : undefined;
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readWhole(path: string, read: (text: string) => TrackFile): Promise<TrackFile> {
  const decoded = decodeText(await readFile(path));
  if ("text" in decoded) return read(decoded.text);
  return { ok: false, problem: { reason: "malformed", path, detail: decoded.fault } };
}

function read(format: Format, path: string, garbage: Garbage): Promise<TrackFile> {
  switch (format) {
    case "movebank":
      return readMovebank(path, garbage);
    case "gpx":
      return readWhole(path, (text) => readGpx(path, text, garbage));
    case "geojson":
      return readWhole(path, (text) => readGeojson(path, text, garbage));
    case "nmea":
      return readNmea(path);
  }
}

function fault(path: string, error: unknown): TrackFile {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  if (code === "ENOENT") return { ok: false, problem: { reason: "missing-file", path } };
  return { ok: false, problem: { reason: "unreadable", path, detail: code } };
}

/**
 * Reads a track file: Movebank CSV, GPX, GeoJSON or NMEA, told apart by the name's ending or else by the content.
 * With `garbage` "refuse" the first row that is no fix ends the reading and is reported; with "skip" such rows are
 * counted. (Broken NMEA sentences are always skipped: a log of a real receiver has some.)
 */
export async function loadTracks(path: string, garbage: Garbage = "refuse"): Promise<TrackFile> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) return { ok: false, problem: { reason: "not-a-file", path } };
    const format = formatByName(path) ?? formatByContent(await headOf(path));
    if (format === undefined) return { ok: false, problem: { reason: "unknown-format", path } };
    if (info.size > MAX_WHOLE_FILE_BYTES && (format === "gpx" || format === "geojson")) {
      return { ok: false, problem: { reason: "too-large", path, detail: `${info.size} bytes` } };
    }
    return await read(format, path, garbage);
  } catch (error) {
    return fault(path, error);
  }
}
