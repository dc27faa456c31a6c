import type { FixEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import { decodeReport, encodeReport } from "@purrimeter/protocol/report";
import { ReportWriter } from "@purrimeter/protocol/report-writer";
import { latE7FromDegrees, lonE7FromDegrees } from "@purrimeter/protocol/values";
import type { Track } from "@purrimeter/simulator/track";
import type { BenchLine } from "../bench-line.ts";
import { medianRatioRounds } from "../rounds.ts";
import { realTracks } from "../fences/real-tracks.ts";

const START_AT = 1_790_000_000;
const ROUNDS = 15;

/** Teltonika codec 8, AVL record without IO elements and its frame (Teltonika wiki, "Codec 8"): bytes by definition. */
const TELTONIKA_RECORD_BYTES = 8 + 1 + 15 + 6;
const TELTONIKA_FRAME_BYTES = 4 + 4 + 1 + 1 + 1 + 4;

/**
 * A cat's fixes as if they were a minute apart. In truth they are three and more, so its steps, and with them the
 * bytes, are larger than those of a real minute.
 */
function oneMinuteFixes(track: Track): FixEntry[] {
  return Array.from(track.at, (_, i) => ({
    kind: "fix",
    at: START_AT + i * 60,
    latE7: latE7FromDegrees(track.lat[i] as number),
    lonE7: lonE7FromDegrees(track.lon[i] as number),
    // The file has no accuracy: 3 to 20 m, as the receivers of the NMEA logs claim, different every time.
    accuracyDm: 30 + ((i * 37) % 170),
  })) as FixEntry[];
}

function reportsOf(tracks: readonly Track[], size: number): Report[] {
  return tracks.map(oneMinuteFixes).flatMap((fixes) =>
    Array.from({ length: Math.floor(fixes.length / size) }, (_, i) => ({
      epoch: 3_735_928_559,
      first: 1000 + i * size,
      oldest: 1000 + i * size,
      entries: fixes.slice(i * size, (i + 1) * size),
    })),
  ) as unknown as Report[];
}

/** OwnTracks' location message, as its apps send it: one a fix. */
function ownTracksJson(fix: FixEntry): string {
  const { at, latE7, lonE7, accuracyDm } = fix;
  const location = { _type: "location", tid: "ct", t: "t", tst: at, lat: latE7 / 1e7, lon: lonE7 / 1e7 };
  return JSON.stringify({ ...location, acc: Math.round(accuracyDm / 10), batt: 87, vel: 0, conn: "m" });
}

function sizeLines(reports: readonly Report[], limit: number): BenchLine[] {
  const size = (reports[0] as Report).entries.length;
  const fixes = reports.length * size;
  const ours = reports.reduce((sum, report) => sum + encodeReport(report).length, 0) / fixes;
  const json = reports.flatMap((report) =>
    report.entries.map((fix) => ownTracksJson(fix as FixEntry).length),
  );
  const peers: Record<string, number> = {
    limit: limit,
    "OwnTracks JSON": json.reduce((sum, length) => sum + length, 0) / fixes,
    "Teltonika codec 8": TELTONIKA_RECORD_BYTES + TELTONIKA_FRAME_BYTES / size,
  };
  return Object.entries(peers).map(([name, peer]) => ({
    bench: "codec",
    case: `size of a fix, reports of ${size}, against ${name}`,
    ours,
    peer,
    unit: "B/fix",
    ratio: peer / ours,
  }));
}

function speedLine(reports: readonly Report[], name: string, ours: () => void, peer: () => void): BenchLine {
  const fixes = reports.length * (reports[0] as Report).entries.length;
  const { oursMs, peerMs } = medianRatioRounds(ours, peer, ROUNDS);
  const ns = (ms: number): number => (ms * 1e6) / fixes;
  return {
    bench: "codec",
    case: name,
    ours: ns(oursMs),
    peer: ns(peerMs),
    unit: "ns/fix",
    ratio: peerMs / oursMs,
  };
}

function speedLines(reports: readonly Report[]): BenchLine[] {
  const writer = new ReportWriter();
  const bytes = reports.map((report) => encodeReport(report, writer));
  const json = reports.flatMap((report) => report.entries.map((fix) => ownTracksJson(fix as FixEntry)));
  const decodeAll = (): void => bytes.forEach((one) => void decodeReport(one));
  const parseAll = (): void => json.forEach((one) => void JSON.parse(one));
  const encodeAll = (): void => reports.forEach((report) => void encodeReport(report, writer));
  const stringifyAll = (): void =>
    reports.forEach((report) => report.entries.forEach((fix) => void ownTracksJson(fix as FixEntry)));
  return [
    speedLine(reports, "decode, against JSON.parse of OwnTracks", decodeAll, parseAll),
    speedLine(reports, "encode, against JSON.stringify of OwnTracks", encodeAll, stringifyAll),
  ];
}

/** Bytes and time of a fix on the wire, on the tracks of real cats. */
export async function benchCodec(): Promise<BenchLine[]> {
  const tracks = await realTracks();
  if (tracks === undefined)
    throw new Error("the codec bench needs ../shared/data/cats/cats_uk.csv beside the checkout");
  return [
    ...sizeLines(reportsOf(tracks, 10), 10),
    ...sizeLines(reportsOf(tracks, 60), 9),
    ...speedLines(reportsOf(tracks, 10)),
  ];
}
