import { XMLParser, XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { rfc3339 } from "../lists/rfc3339.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

/** More than two pages, a minute apart; the third is not believed. */
const COUNT = 2_300;
const timeOf = (i: number): number => NOW_S - (COUNT - i) * 60;
const text = (atS: number): string => rfc3339(atS as UnixSeconds);

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
  tag = await api.claimedTag(owner, "=cmd|' /C calc'!A0");
  for (let first = 0; first < COUNT; first += 100) {
    const entries = Array.from({ length: 100 }, (_, i) => fixAt(timeOf(first + i), first + i));
    const suspect = first === 0 ? [undefined, undefined, "too-fast" as const] : [];
    await record(api.store, tag, entries, { first: first + 1, suspect });
  }
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const read = (query: string) => api.ask(`/v1/tags/${tag}/export?${query}`, { token: owner.token });

describe("a file of locations", () => {
  it("is CSV of every location, with what is suspect marked", async () => {
    const answer = await read("format=csv");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="locations.csv"');
    const lines = answer.text.trimEnd().split("\r\n");
    expect(lines).toHaveLength(COUNT + 1);
    expect(lines[1]).toBe(`${text(timeOf(0))},1,-30,4.5,,,${text(NOW_S)},,`);
    expect(lines[3]).toBe(`${text(timeOf(2))},1.0000002,-29.9999998,4.5,,,${text(NOW_S)},too-fast,`);
    expect(answer.text).not.toContain("calc");
  });

  it("is GeoJSON of every location", async () => {
    const { body, headers } = await read("format=geojson");
    expect(headers.get("content-type")).toBe("application/geo+json");
    const { type, features, unreadable } = body as unknown as {
      type: string;
      features: { geometry: { coordinates: number[] }; properties: { at: string; suspect?: string } }[];
      unreadable: unknown[];
    };
    expect([type, features.length, unreadable]).toEqual(["FeatureCollection", COUNT, []]);
    expect(features[2]).toMatchObject({
      geometry: { coordinates: [-29.9999998, 1.0000002] },
      properties: { at: text(timeOf(2)), suspect: "too-fast" },
    });
  });

  it("is GPX 1.1 with what is not believed as a track of its own", async () => {
    const answer = await read("format=gpx");
    expect(answer.headers.get("content-type")).toBe("application/gpx+xml");
    expect(XMLValidator.validate(answer.text)).toBe(true);
    const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(answer.text) as {
      gpx: { version: string; xmlns: string; trk: { trkseg: { trkpt: object[] | object } }[] };
    };
    expect(parsed.gpx).toMatchObject({ version: "1.1", xmlns: "http://www.topografix.com/GPX/1/1" });
    const [believed, suspect] = parsed.gpx.trk.map(({ trkseg }) => trkseg.trkpt);
    expect(believed).toHaveLength(COUNT - 1);
    expect(suspect).toMatchObject({ lat: "1.0000002", lon: "-29.9999998", time: text(timeOf(2)) });
    // The schema's decimals and bounds: no exponent, longitude below 180; a point has its time before its extensions.
    for (const [, lat, lon] of answer.text.matchAll(
      /<trkpt lat="([^"]*)" lon="([^"]*)"><time>[^<]*<\/time><extensions>/g,
    )) {
      expect(lat).toMatch(/^-?\d{1,2}\.\d{7}$/);
      expect(lon).toMatch(/^-?\d{1,3}\.\d{7}$/);
    }
  });

  it("keeps to the stretch that was asked for, and refuses one that ends before it begins", async () => {
    const [from, to] = [text(timeOf(10)), text(timeOf(19))];
    expect((await read(`format=csv&from=${from}&to=${to}`)).text.trimEnd().split("\r\n")).toHaveLength(11);
    expect((await read(`format=csv&from=${to}&to=${from}`)).status).toBe(400);
    expect((await read("format=xlsx")).status).toBe(400);
  });

  it("names what cannot be read", async () => {
    const view = api.store.forOwner(owner.id as never);
    const withheld = { from: timeOf(0) as UnixSeconds, to: timeOf(4) as UnixSeconds };
    const damaged = Object.create(view) as typeof view;
    damaged.tag = (id) => view.tag(id);
    damaged.recordExport = (id) => view.recordExport(id);
    damaged.locations = () => Promise.resolve({ items: [], next: undefined, unreadable: [withheld] });
    api.use({ forOwner: () => damaged });
    expect((await read("format=csv")).text).toContain(`${text(timeOf(0))},,,,,,,,${text(timeOf(4))}`);
    expect((await read("format=gpx")).text).toContain(
      `<p:withheld from="${text(timeOf(0))}" to="${text(timeOf(4))}"/>`,
    );
    expect((await read("format=geojson")).body).toMatchObject({ unreadable: [{ from: text(timeOf(0)) }] });
    api.use({});
  });

  it("is counted: too many are refused before anything is read", async () => {
    api.use({ exportRates: new RateLimiter({ burst: 1, perSecond: 1 / 360 }, () => 0) });
    expect((await read("format=csv")).status).toBe(200);
    const refused = await read("format=csv");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "360"]);
    api.use({});
  });

  it("of many accounts within an hour raise an alarm, and many of one account none", async () => {
    for (let i = 0; i < 12; i++) expect((await read("format=csv")).status).toBe(200);
    expect(api.raised).toEqual([]);
    for (let i = 0; i < 9; i++) {
      const other = await api.owner();
      const cat = await api.claimedTag(other);
      await api.ask(`/v1/tags/${cat}/export?format=gpx`, { token: other.token });
    }
    expect(api.raised).toEqual(["mass-export-of-tags"]);
  });
});

describe("while a file is read", () => {
  it("one page at a time is in memory, and it ends with an error when the tag is erased meanwhile", async () => {
    const cat = await api.claimedTag(owner);
    for (let first = 0; first < COUNT; first += 100)
      await record(
        api.store,
        cat,
        Array.from({ length: 100 }, (_, i) => fixAt(timeOf(first + i))),
        { first: first + 1 },
      );
    const headers = { authorization: `Bearer ${owner.token}` };
    const response = await api.app.request(`http://localhost/v1/tags/${cat}/export?format=csv`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.read();
    await api.store.forOwner(owner.id as never).eraseTag(cat);
    const rest = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow("not the owner's");
  });

  it("a reader who goes away ends it", async () => {
    const headers = { authorization: `Bearer ${owner.token}` };
    const response = await api.app.request(`http://localhost/v1/tags/${tag}/export?format=csv`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.cancel();
    expect((await reader.read()).done).toBe(true);
  });
});
