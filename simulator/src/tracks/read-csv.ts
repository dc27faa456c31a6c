import { CsvError, parse, type CsvErrorCode } from "csv-parse";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** A row of a track file is below 300 bytes; a quote that is never closed must not fill the memory. */
const MAX_RECORD_BYTES = 65_536;

const CHUNK_BYTES = 1 << 20;

/** Takes a record; false ends the reading. `line` is the line in which the record ends, from 1. */
export type TakeRecord = (record: readonly string[], line: number) => boolean;

/** Why a file is not CSV, and the line at which the record with the fault begins. */
export interface CsvFault {
  readonly line: number;
  readonly detail: string;
}

/**
 * Reads a CSV file (RFC 4180, comma, UTF-8 or UTF-16 with a byte order mark) as a stream. Empty lines and blanks
 * before a field are skipped. Rejects
 * when the file cannot be read.
 */
export async function readCsv(path: string, take: TakeRecord): Promise<CsvFault | undefined> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const records = new Records(take);
  const parser = parse({
    bom: true,
    ltrim: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (record: string[], { lines }) => records.add(record, lines),
    record_delimiter: ["\r\n", "\n"],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  try {
    await pipeline(source, parser.resume());
    return undefined;
  } catch (error) {
    if (records.hasEnded) return undefined;
    if (error instanceof CsvError) return records.faultOf(error);
    throw error;
  }
}

class Records {
  hasEnded = false;
  readonly #take: TakeRecord;
  #line = 0;

  constructor(take: TakeRecord) {
    this.#take = take;
  }

  /** Throws to end the parser, which has no other way to stop. */
  add(record: string[], line: number): null {
    this.#line = line;
    if (this.#take(record, line)) return null;
    this.hasEnded = true;
    throw new Error("the reading has ended");
  }

  faultOf({ code, message }: CsvError): CsvFault {
    return { line: this.#line + 1, detail: `not CSV: ${DETAILS[code] ?? message}` };
  }
}

const DETAILS: Partial<Record<CsvErrorCode, string>> = {
  CSV_MAX_RECORD_SIZE: "a record is longer than 65,536 bytes",
  CSV_QUOTE_NOT_CLOSED: "a quote is never closed",
  INVALID_OPENING_QUOTE: "a quote is inside a field without quotes",
  CSV_INVALID_CLOSING_QUOTE: "a closing quote is followed by text",
};
