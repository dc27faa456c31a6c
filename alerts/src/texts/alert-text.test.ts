import type { AlertFacts, AlertKind, AlertPreferences } from "@purrimeter/store/alert";
import { ALERT_RULE_KINDS } from "@purrimeter/store/alert-rule";
import type { GeofenceId } from "@purrimeter/store/geofence";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alertText, footerText, proofText } from "./alert-text.ts";
import { MAX_TITLE_LENGTH } from "./short-name.ts";
import { MESSAGES } from "./words.ts";

const AT = (Date.parse("2026-06-01T12:05:00Z") / 1_000) as UnixSeconds;
const ZURICH: AlertPreferences = { language: "en", timeZone: "Europe/Zurich" };
const KINDS: readonly AlertKind[] = [
  ...ALERT_RULE_KINDS,
  "heard-again",
  "test",
  "channel-failed",
  "channel-gone",
  "many",
];
const garden = (name: string | undefined): AlertFacts["geofence"] => ({ id: "g" as GeofenceId, name });
const facts: AlertFacts = { tagName: "Mia", geofence: garden("Garden"), at: AT };
const later = (seconds: number): UnixSeconds => (AT + seconds) as UnixSeconds;

function said(kind: AlertKind, more: Partial<AlertFacts> = {}, createdAt: number = AT): string {
  return alertText({ kind, facts: { ...facts, ...more }, createdAt }, ZURICH).text;
}

test("both languages have the same keys with the same placeholders, and none is empty", () => {
  const placeholders = (text: string): string[] => (text.match(/\{\w+\}/gu) ?? []).toSorted();
  expect(Object.keys(MESSAGES.de)).toEqual(Object.keys(MESSAGES.en));
  for (const [key, text] of Object.entries(MESSAGES.en)) {
    const other = MESSAGES.de[key as keyof typeof MESSAGES.en];
    expect([key, placeholders(other)]).toEqual([key, placeholders(text)]);
    expect([key, other.trim() === other, text.trim() === text]).toEqual([key, true, true]);
  }
});

test("times are in the account's zone and words in its language", () => {
  expect(said("left")).toBe("Mia left Garden on Mon 1 Jun, 14:05.");
  const german = alertText(
    { kind: "left", facts, createdAt: AT },
    { language: "de", timeZone: "Asia/Kathmandu" },
  );
  expect(german.title).toBe("Mia hat Garden verlassen");
  expect(german.text).toContain("17:50");
  expect(
    alertText({ kind: "left", facts, createdAt: AT }, { language: "en", timeZone: "No/Where" }).text,
  ).toContain("12:05");
});

test("a silent tag is unknown and last heard then, never away or out", () => {
  const text = said("silent", { lastHeardAt: later(-90_000), longerThanS: 86_400 });
  expect(text).toContain(
    "It is unknown where Mia is: the tag was last heard on Sun 31 May, 13:05, 25 hours ago.",
  );
  for (const language of ["en", "de"] as const)
    for (const never of [undefined, later(-90_000)]) {
      const { title, text } = alertText(
        { kind: "silent", facts: { ...facts, lastHeardAt: never }, createdAt: AT },
        { ...ZURICH, language },
      );
      expect(`${title} ${text}`).not.toMatch(/\b(away|left|gone|outside|weg|draußen|draussen|verlassen)\b/iu);
      expect(text).toMatch(/unknown|unbekannt/u);
    }
});

test.each<[string, Partial<AlertFacts>, number, string]>([
  [
    "late",
    { isLate: true },
    7_200,
    "The report came 2 hours later. As far as is known, Mia is still outside.",
  ],
  [
    "from unknown",
    { fromUnknown: true },
    0,
    "The tag did not know its side before; the last side that it knew was inside.",
  ],
  ["doubted", { isDoubted: true }, 0, "The positions of the tag were doubtful"],
  [
    "back already",
    { backAt: later(240) },
    300,
    "Mia left Garden on Mon 1 Jun, 14:05 and came back on Mon 1 Jun, 14:09.",
  ],
  ["back after many", { backAt: later(240), count: 1_200 }, 300, "Mia left Garden 1,200 times since"],
  ["out after many", { count: 3 }, 300, "Mia left Garden 3 times since Mon 1 Jun, 14:05 and is outside now"],
  [
    "of a deleted zone without a name",
    { geofence: undefined, tagName: undefined },
    0,
    "Your tag left a zone that is no longer there",
  ],
])("left, %s", (_name, more, ageS, text) => {
  expect(said("left", more, AT + ageS)).toContain(text);
});

test("left many times: the title says how often, and not that something was told before", () => {
  const title = (language: "en" | "de"): string =>
    alertText({ kind: "left", facts: { ...facts, count: 4 }, createdAt: AT }, { ...ZURICH, language }).title;
  expect([title("en"), title("de")]).toEqual(["Mia left Garden 4 times", "Mia hat Garden 4-mal verlassen"]);
});

test("German is spelt as in Germany, and sentences have no colon before a time", () => {
  for (const [key, text] of Object.entries(MESSAGES.de)) {
    expect([key, text]).toEqual([
      key,
      expect.not.stringMatching(/aussen|ausser|innert|: \{(at|back|heard)\}/u),
    ]);
  }
});

test("left many times, late: the time since the first one is not said to be the delay of the report", () => {
  expect(said("left", { count: 3, isLate: true }, AT + 72_000)).not.toContain("later");
});

test("plurals", () => {
  const many = (count: number, language: "en" | "de"): string =>
    alertText({ kind: "many", facts: { at: AT, count }, createdAt: AT }, { ...ZURICH, language }).title;
  expect([many(1, "en"), many(9_980, "en"), many(1, "de"), many(9_980, "de")]).toEqual([
    "1 more alert",
    "9,980 more alerts",
    "1 weitere Meldung",
    "9.980 weitere Meldungen",
  ]);
});

test("what is delivered late says its age, a list does not", () => {
  const alert = { kind: "left", facts, createdAt: AT } as const;
  expect(alertText(alert, ZURICH, AT + 599).text).not.toContain("old");
  expect(alertText(alert, ZURICH, AT + 18_000).text).toContain("it is 5 hours old");
});

describe("names that somebody has chosen", () => {
  test("fill no placeholder of their own and begin no line", () => {
    const text = said("left", {
      tagName: "{zone}\r\nBcc: x@example.org\u2028",
      geofence: garden("$& {tag}"),
    });
    expect(text).toBe("{zone} Bcc: x@example.org left $& {tag} on Mon 1 Jun, 14:05.");
  });

  test("of any kind and length give a title of one line that fits and says what happened", () => {
    const name = fc.option(fc.string({ unit: "grapheme", maxLength: 80 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        name,
        name,
        name,
        fc.boolean(),
        (kind, tagName, zone, other, isBack) => {
          const more = { tagName, geofence: garden(zone), name: other, ...(isBack && { backAt: AT }) };
          for (const language of ["en", "de"] as const) {
            const { title, text } = alertText(
              { kind, facts: { ...facts, ...more }, createdAt: AT },
              { ...ZURICH, language },
            );
            expect([...title].length).toBeLessThanOrEqual(MAX_TITLE_LENGTH);
            expect(title).toMatch(/^[^\p{Cc}\u2028\u2029]+$/u);
            expect(text.length).toBeGreaterThan(0);
            expect(text.split("\n").length).toBeLessThanOrEqual(4);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("are cut, not what happened", () => {
    const long = "Mia the very long name of a cat ".repeat(2);
    const { title } = alertText(
      { kind: "left", facts: { ...facts, tagName: long, geofence: garden(long) }, createdAt: AT },
      ZURICH,
    );
    expect(title).toMatch(/^Mia the very long name.*… left Mia the very long.*…$/u);
  });
});

test("a channel whose name cannot be read is no person", () => {
  expect(said("channel-failed", { name: undefined })).toMatch(/^A channel has taken no alert/u);
  expect(said("shared", { name: undefined })).toMatch(/^Somebody accepted/u);
});

test("a proof shows its code, and a mail ends with how to change what is told", () => {
  for (const language of ["en", "de"] as const) {
    const { title, text } = proofText("K7RM2XQA", { ...ZURICH, language });
    expect(title).toContain("K7RM2XQA");
    expect(text).toContain("K7RM2XQA");
  }
  expect(footerText("https://cats.example/", ZURICH)).toBe(
    "To change what you are told, and where: https://cats.example/",
  );
  expect(footerText(undefined, ZURICH)).toContain("in your account");
});
