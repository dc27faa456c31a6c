import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTracks } from "./load-tracks.ts";
import { describeTrackProblem, type TrackFile } from "./track-problem.ts";

const HEADER = "tag_id,event_id,visible,timestamp,location_long,location_lat";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracks-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(name: string, text: string, garbage?: "skip"): Promise<TrackFile> {
  const path = join(folder, name);
  await writeFile(path, text);
  return loadTracks(path, garbage);
}

function messageOf(file: TrackFile): string {
  if (file.ok) throw new Error("the file was read");
  return describeTrackProblem(file.problem).replace(folder, "");
}

function fixesOf(file: TrackFile): (readonly [string, number, number, number][])[] {
  if (!file.ok) throw new Error(describeTrackProblem(file.problem));
  return file.tracks.map((track) =>
    Array.from(track.at, (at, i) => [track.name, at, track.lat[i]!, track.lon[i]!] as const),
  ) as never;
}

describe("Movebank CSV", () => {
  it("gives one track per tag, in the order of the file, outliers marked", async () => {
    const rows = [
      "Ares,1,TRUE,2017-06-24T01:03:57Z,-5.1,50.2",
      "Bo,2,FALSE,2017-06-24 01:04:00.500,-5.3,50.4",
    ];
    const file = await load(
      "two.csv",
      [HEADER, ...rows, "Ares,3,,2017-06-24T01:05:00Z,-5.2,50.3"].join("\r\n"),
    );
    expect(fixesOf(file)).toEqual([
      [
        ["Ares", 1498266237, 50.2, -5.1],
        ["Ares", 1498266300, 50.3, -5.2],
      ],
      [["Bo", 1498266240.5, 50.4, -5.3]],
    ]);
    expect(file.ok && file.tracks.map((track) => [...track.outlier])).toEqual([[0, 0], [1]]);
  });

  it("reads Movebank's own column names, a byte order mark and an accuracy", async () => {
    const header = "\uFEFFtimestamp,location-long,location-lat,individual-local-identifier,accuracy_m";
    const file = await load("own.csv", `${header}\n2017-06-24 01:03:57,1,2,Ares,7.5\n`);
    expect(file.ok && file.tracks[0]?.accuracyM[0]).toBe(7.5);
  });

  it.each([
    ["Ares,1,TRUE,2017-06-24T01:03:57Z,abc,50.2", 'location_long "abc" is no longitude'],
    ["Ares,1,TRUE,2017-06-24T01:03:57Z,-5.1,", 'location_lat "" is no latitude'],
    ["Ares,1,TRUE,2017-06-24T01:03:57Z,-5.1,90.1", 'location_lat "90.1" is no latitude'],
    ["Ares,1,TRUE,2017-06-24T01:03:57Z,NaN,50.2", 'location_long "NaN" is no longitude'],
    ["Ares,1,TRUE,2017-02-30T01:03:57Z,-5.1,50.2", 'timestamp "2017-02-30T01:03:57Z" is no time'],
    ["Ares,1,TRUE,yesterday,-5.1,50.2", 'timestamp "yesterday" is no time'],
    ["Ares,1,perhaps,2017-06-24T01:03:57Z,-5.1,50.2", 'visible "perhaps" is neither TRUE nor FALSE'],
    [",1,TRUE,2017-06-24T01:03:57Z,-5.1,50.2", "tag_id is empty"],
    ["\u0000\u0001garbage", 'timestamp "" is no time'],
  ])("names the line of the bad row %j", async (row, detail) => {
    const good = "Ares,1,TRUE,2017-06-24T01:03:57Z,-5.1,50.2";
    const text = [HEADER, good, row, good].join("\n");
    const refused = await load("bad.csv", text);
    expect(messageOf(refused)).toBe(`/bad.csv, line 3: ${detail}. (--skip-garbage leaves such rows out.)`);
    const skipped = await load("bad.csv", text, "skip");
    expect(skipped).toMatchObject({ ok: true, skipped: 1, firstSkipped: `line 3: ${detail}` });
    expect(skipped.ok && skipped.tracks[0]?.length).toBe(2);
  });

  it("reads quoted fields, also over several lines, and lines of any ending", async () => {
    const row = '"Lady ""T"",\nTag",1,TRUE,2017-06-24T01:03:57Z,-5.1,50.2';
    const file = await load(
      "quoted.csv",
      `${HEADER}\r\n${row}\r\n\r\nBo,2,TRUE,2017-06-24T01:03:57Z,-5.1,x`,
      "skip",
    );
    expect(fixesOf(file)).toEqual([[['Lady "T",\nTag', 1498266237, 50.2, -5.1]]]);
    expect(file).toMatchObject({ firstSkipped: 'line 5: location_lat "x" is no latitude' });
  });

  it("refuses what is no CSV without reading all of it into memory", async () => {
    expect(messageOf(await load("e.csv", `${HEADER}\n${"x".repeat(3_000_000)}`))).toContain(
      "line 2: not CSV: a record is longer than 65,536 bytes",
    );
    expect(messageOf(await load("f.csv", `${HEADER}\n"${"x\n".repeat(100_000)}`))).toContain(
      "line 2: not CSV: a record is longer than 65,536 bytes",
    );
    expect(messageOf(await load("g.csv", `${HEADER}\nA"b",1`))).toContain(
      "line 2: not CSV: a quote is inside a field without quotes",
    );
  });

  it("names a date of another decade, or leaves its fix out", async () => {
    const rows = [0, 1, 2, 3].map((i) => `Ares,${i},TRUE,2017-06-24T01:0${i}:57Z,-5.1,50.2`);
    const text = [HEADER, "Ares,9,TRUE,1980-01-06T00:00:00Z,-5.1,50.2", ...rows].join("\n");
    expect(messageOf(await load("stray.csv", text))).toBe(
      '/stray.csv: "Ares" has a fix of 1980-01-06T00:00:00.000Z, decades from its others. (--skip-garbage leaves such rows out.)',
    );
    const skipped = await load("stray.csv", text, "skip");
    expect(skipped).toMatchObject({ ok: true, skipped: 1 });
    expect(skipped.ok && skipped.tracks[0]?.length).toBe(4);
  });

  it("names a missing column, an unclosed quote and a file without a fix", async () => {
    expect(messageOf(await load("a.csv", "tag_id,timestamp,location_lat\n"))).toContain(
      "line 1: there is no column location_long",
    );
    const quote = `${HEADER}\n"Ares,1,TRUE,2017-06-24T01:03:57Z,-5.1,50.2\n`;
    expect(messageOf(await load("b.csv", quote))).toContain("line 2: not CSV: a quote is never closed");
    expect(messageOf(await load("c.csv", `${HEADER}\n`))).toBe("The track file /c.csv holds no fix.");
    expect(messageOf(await load("d.csv", ""))).toBe("The track file /d.csv holds no fix.");
  });
});

const GPX = `<?xml version="1.0"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Momo</name>
<trkseg><trkpt lat="50.1" lon="-5.1"><time>2020-01-01T00:00:00Z</time></trkpt></trkseg>
<trkseg><trkpt lat="50.2" lon="-5.2"><ele>3</ele><time>2020-01-01T00:01:00Z</time></trkpt></trkseg>
</trk></gpx>`;

describe("GPX", () => {
  it("joins the segments of a track", async () => {
    expect(fixesOf(await load("a.gpx", GPX))).toEqual([
      [
        ["Momo", 1577836800, 50.1, -5.1],
        ["Momo", 1577836860, 50.2, -5.2],
      ],
    ]);
  });

  it("names the line of a point without place or time", async () => {
    const noTime = GPX.replace("<time>2020-01-01T00:01:00Z</time>", "");
    expect(messageOf(await load("b.gpx", noTime))).toContain("line 4: the point has no time");
    const noPlace = GPX.replace('lat="50.2"', 'lat="500"');
    expect(messageOf(await load("c.gpx", noPlace))).toContain('line 4: lat "500" is no latitude');
    expect(await load("c.gpx", noPlace, "skip")).toMatchObject({ ok: true, skipped: 1 });
  });

  it("refuses what is no XML and document types", async () => {
    expect(messageOf(await load("d.gpx", GPX.replace("</trk>", "")))).toContain("the XML is not well formed");
    const bomb = GPX.replace("<gpx", '<!DOCTYPE g [<!ENTITY a "b">]><gpx');
    expect(messageOf(await load("e.gpx", bomb))).toContain("document type declarations are not read");
  });
});

describe("GeoJSON", () => {
  const line = {
    type: "Feature",
    geometry: {
      type: "LineString",
      coordinates: [
        [-5.1, 50.1, 3],
        [-5.2, 50.2],
      ],
    },
    properties: { name: "Momo", times: ["2020-01-01T00:00:00Z", 1577836860] },
  };
  const point = (lon: number) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, 50] },
    properties: { tag: "Bo", at: 1577836800000 },
  });

  it("reads lines with times and points with a time", async () => {
    const features = [line, point(1), point(2)];
    const file = await load("a.geojson", JSON.stringify({ type: "FeatureCollection", features }));
    expect(fixesOf(file)).toEqual([
      [
        ["Momo", 1577836800, 50.1, -5.1],
        ["Momo", 1577836860, 50.2, -5.2],
      ],
      [
        ["Bo", 1577836800, 50, 1],
        ["Bo", 1577836800, 50, 2],
      ],
    ]);
  });

  it("names the bad feature", async () => {
    const text = JSON.stringify({ type: "FeatureCollection", features: [line, point(200)] });
    expect(messageOf(await load("b.geojson", text))).toContain("feature 2: neither a LineString nor a Point");
    const short = JSON.stringify({ ...line, properties: { times: [1] } });
    expect(messageOf(await load("c.geojson", short))).toContain("one time for each position");
    expect(messageOf(await load("d.geojson", "{"))).toContain("the JSON is not well formed");
  });
});

describe("loadTracks", () => {
  it("tells formats apart by content where the name says nothing", async () => {
    expect(await load("momo", GPX)).toMatchObject({ ok: true });
    expect(await load("cats.txt", `${HEADER}\nAres,1,TRUE,2017-06-24T01:03:57Z,-5.1,50.2\n`)).toMatchObject({
      ok: true,
    });
    expect(messageOf(await load("prose.txt", "Once upon a time"))).toContain("is no track file");
  });

  it("says that a file is missing, or a folder", async () => {
    const missing = join(folder, "none.csv");
    expect(messageOf(await loadTracks(missing))).toBe("There is no track file /none.csv.");
    expect(messageOf(await loadTracks(folder))).toContain("is a folder");
  });
});

describe("NMEA", () => {
  const epoch = (second: string): string[] => {
    const body = `GNRMC,0009${second}.00,A,4404.13387,N,12118.85628,W,0.029,,100117,,,A`;
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0);
    return [`$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}`];
  };

  it("reads a log of any year through the tag's parser and counts what is broken", async () => {
    const lines = [...epoch("41"), "$GNRMC,broken*00", ...epoch("42"), ...epoch("43"), "$GNR"];
    const file = await load("walk.nmea", lines.join("\r\n"));
    expect(file).toMatchObject({ ok: true, skipped: 1 });
    const [fixes] = fixesOf(file);
    expect(fixes?.[0]).toEqual(["walk", 1484006981, 44.0688978, -121.3142713]);
    expect(fixes?.length).toBeGreaterThanOrEqual(2);
  });

  it("gives the last fix too, whether its line ends or not", async () => {
    const lines = [...epoch("41"), ...epoch("42"), ...epoch("43")];
    for (const text of [lines.join("\r\n"), `${lines.join("\r\n")}\r\n`]) {
      const [fixes] = fixesOf(await load("last.nmea", text));
      expect(fixes?.map(([, at]) => at)).toEqual([1484006981, 1484006982, 1484006983]);
    }
  });

  it("says that a log without a fix has none", async () => {
    expect(messageOf(await load("void.nmea", "$GNRMC,,V,,,,,,,,,,N*4D\r\n"))).toBe(
      "The track file /void.nmea holds no fix.",
    );
  });
});
