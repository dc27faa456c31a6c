import { CborReader } from "../cbor/cbor-reader.ts";
import type { Decoded } from "../decode-error.ts";
import { EntryReader } from "./entry-reader.ts";
import type { Entry } from "./entry.ts";
import { MAX_REPORT_BYTES, MAX_REPORT_ENTRIES } from "../limits.ts";
import type { Report } from "../messages.ts";
import { ReportWriter } from "./report-writer.ts";
import { MAX_UINT32, type EntryNumber, type Epoch } from "../values.ts";

/** Adds one entry to the writer; false when it does not fit any more. */
function addEntry(writer: ReportWriter, entry: Entry): boolean {
  switch (entry.kind) {
    case "fix":
      return writer.addFix(entry);
    case "transition":
      return writer.addTransition(entry);
    case "no-sky":
      return writer.addNoSky(entry.at, entry.searchedS);
    case "health":
      return writer.addHealth(entry.at, entry.batteryPercent, entry.boots, entry.dropped);
    case "answer":
      return writer.addAnswer(entry);
  }
}

/** The bytes of a report (docs/wire.md). Throws a RangeError when the entries do not fit: the caller cuts reports. */
export function encodeReport(report: Report, writer: ReportWriter = new ReportWriter()): Uint8Array {
  writer.begin(report.epoch, report.first, report.oldest);
  for (const entry of report.entries) {
    if (!addEntry(writer, entry)) throw new RangeError(`a report holds ${writer.count} of these entries`);
  }
  return writer.bytes.slice(0, writer.finish());
}

/**
 * The report in the bytes, or why the bytes cannot be decoded. Never throws; an entry keeps within the ranges of
 * entry.ts.
 */
export function decodeReport(bytes: Uint8Array): Decoded<Report> {
  const reader = new CborReader(bytes, MAX_REPORT_BYTES);
  reader.openMap("report");
  const version = reader.version();
  reader.requireKey(1, "epoch");
  const epoch = reader.int("epoch", 0, MAX_UINT32) as Epoch;
  reader.requireKey(2, "first");
  const first = reader.int("first", 1, MAX_UINT32) as EntryNumber;
  const held = reader.hasKey(3) ? reader.int("oldest", 1, first - 1) : 0;
  const entries = readEntries(reader, first, version);
  reader.close(version);
  if (reader.error !== undefined) return { ok: false, error: reader.error };
  return { ok: true, value: { epoch, first, oldest: (first - held) as EntryNumber, entries } };
}

function readEntries(reader: CborReader, first: number, version: number): Entry[] {
  reader.requireKey(4, "entries");
  const end = reader.openBytes("entries");
  const source = new EntryReader(reader, end, first, version);
  const entries: Entry[] = [];
  while (source.more) {
    if (entries.length === MAX_REPORT_ENTRIES) reader.fail("too-many", "entries");
    const entry = source.next();
    if (entry !== undefined) entries.push(entry);
  }
  if (reader.sound && entries.length === 0) reader.fail("missing-field", "entries");
  if (reader.sound && first + entries.length - 1 > MAX_UINT32) reader.fail("out-of-range", "first");
  return entries;
}
