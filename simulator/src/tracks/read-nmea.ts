import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename, extname } from "node:path";
import { NmeaParser } from "@purrimeter/device/nmea";
import type { Reading } from "@purrimeter/device/reading";
import type { TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";

const HEAD_BYTES = 1 << 20;
const RMC_DATE = /\$[A-Z]{2}RMC,[^,$\r\n]*,A,[^$\r\n]*?,(\d{2})(\d{2})(\d{2}),[^$\r\n]*\*[0-9A-F]{2}/g;

/** A log spans less than this around its first date. */
const ROUND_DATE_S = 366 * 86_400;

/**
 * The build date for the parser: a year before the first date of the log that came with a fix; without one it is the receiver's own. The tag's parser takes earlier dates as rolled over,
 * and rejects dates more than ten years later; a log may be from any year from 1990 to 2089.
 */
async function builtBefore(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const dates = buffer.toString("latin1", 0, bytesRead).matchAll(RMC_DATE);
    for (const [, day, month, year] of dates) {
      const century = Number(year) >= 90 ? "19" : "20";
      const at = Date.parse(`${century}${year}-${month}-${day}T00:00:00Z`) / 1000;
      if (!Number.isNaN(at)) return at - ROUND_DATE_S;
    }
    return 0;
  } finally {
    await file.close();
  }
}

/**
 * Reads a receiver's log with the tag's own parser, so that a log gives the same as on the tag. One track,
 * named after the file. Sentences that are broken are counted as skipped; epochs without position or time are left out.
 */
export async function readNmea(path: string): Promise<TrackFile> {
  const builder = new TrackBuilder(basename(path, extname(path)));
  const parser = new NmeaParser(await builtBefore(path), (reading: Reading) => {
    if (!reading.valid || reading.utcS === 0) return;
    const accuracyM = reading.accuracyDm === 0 ? NaN : reading.accuracyDm / 10;
    builder.add(reading.utcS, reading.latE7 / 1e7, reading.lonE7 / 1e7, accuracyM, false);
  });
  for await (const chunk of createReadStream(path)) parser.feed(chunk as Buffer, (chunk as Buffer).length);
  const { badChecksum, malformed, tooLong } = parser.counts;
  const skipped = badChecksum + malformed + tooLong;
  // The last epoch ends with the file. A line that is cut there is not broken, and not counted.
  parser.finish();
  const track = builder.track();
  if (track.length === 0) return { ok: false, problem: { reason: "no-fixes", path } };
  return { ok: true, tracks: [track], skipped };
}
