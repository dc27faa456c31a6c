import { nmea } from "../../core/testing/tag-rig.ts";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { SentenceFilter } from "./sentence-filter.ts";

const OTHERS = "$GPGSA,A,3,03,04,,,,,,,,,,,2.0,1.2,1.6*3B\r\n$GPVTG,,T,,M,0.0,N,0.0,K,A*23\r\n\r\n";
const LIST = "$GPGSV,1,1,02,03,03,111,20,04,15,270,30*74\r\n";
const FIX = Buffer.from(nmea(1_795_262_400, 60.5, 7.5)).toString("latin1");

let nowMs: number;
let taken: string[];
let filter: SentenceFilter;

beforeEach(() => {
  nowMs = 60_000;
  taken = [];
  filter = new SentenceFilter(
    () => nowMs,
    (sentence) => taken.push(sentence),
  );
});

it("passes on what makes a fix, whole and with its end, wherever the text was cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (cuts) => {
      taken.length = 0;
      filter.restart();
      nowMs += 10_000;
      const text = OTHERS + FIX + LIST + FIX;
      for (let at = 0, i = 0; at < text.length; i++) {
        const end = at + cuts[i % cuts.length]!;
        filter.feed(text.slice(at, end));
        at = end;
      }
      expect(taken.join("")).toBe(FIX + FIX);
    }),
  );
});

it("passes on lists of satellites in the first ten seconds of a search only", () => {
  filter.restart();
  nowMs += 9_999;
  filter.feed(LIST);
  expect(taken).toEqual([LIST]);
  nowMs++;
  filter.feed(LIST);
  expect(taken).toEqual([LIST]);
  filter.restart();
  filter.feed(LIST);
  expect(taken).toEqual([LIST, LIST]);
});

it("takes lines that have lost their end, one by one", () => {
  for (const line of FIX.trimEnd().split("\r\n")) filter.line(line);
  expect(taken.join("")).toBe(FIX);
});

it("keeps no noise: what has no end within 256 characters is dropped, and what follows its end is read", () => {
  filter.feed("x".repeat(200));
  filter.feed("x".repeat(200));
  filter.feed(`\n${FIX}`);
  expect(taken.join("")).toBe(FIX);
});

it("forgets half a sentence of the search before", () => {
  filter.feed(FIX.slice(0, 30));
  filter.restart();
  filter.feed(FIX);
  expect(taken.join("")).toBe(FIX);
});
