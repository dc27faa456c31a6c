import { createReadStream } from "node:fs";
import { basename, extname } from "node:path";
import { NmeaParser } from "@purrimeter/device/nmea";
import type { Reading } from "@purrimeter/device/reading";
import type { TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";

/** A log may be of any year: no date is taken as rolled over. */
const ANY_BUILD_S = 0;

/**
 * Reads a receiver's log through the tag's own parser, so that a log gives here what it gives on the tag. One track,
 * named after the file. Sentences that are broken are counted as skipped; epochs without position or time are left out.
 */
export async function readNmea(path: string): Promise<TrackFile> {
  const builder = new TrackBuilder(basename(path, extname(path)));
  const parser = new NmeaParser(ANY_BUILD_S, (reading: Reading) => {
    if (!reading.valid || reading.utcS === 0) return;
    const accuracyM = reading.accuracyDm === 0 ? NaN : reading.accuracyDm / 10;
    builder.add(reading.utcS, reading.latE7 / 1e7, reading.lonE7 / 1e7, accuracyM, false);
  });
  for await (const chunk of createReadStream(path)) parser.feed(chunk as Buffer, (chunk as Buffer).length);
  const track = builder.track();
  const { badChecksum, malformed, tooLong } = parser.counts;
  const skipped = badChecksum + malformed + tooLong;
  if (track.length === 0) return { ok: false, problem: { reason: "no-fixes", path } };
  return { ok: true, tracks: [track], skipped };
}
