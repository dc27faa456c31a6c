import { expect, it } from "vitest";
import { canonicalTimeZone } from "./time-zone.ts";

it.each([
  ["Europe/Zurich", "Europe/Zurich"],
  ["europe/zurich", "Europe/Zurich"],
  ["UTC", "UTC"],
  ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["Etc/GMT+5", "Etc/GMT+5"],
])("%s is a time zone", (name, canonical) => {
  // Which of two names of one zone is the canonical one differs between versions of ICU.
  expect(canonicalTimeZone(canonicalTimeZone(name) ?? "")).toBe(canonicalTimeZone(name));
  expect(new Intl.DateTimeFormat("en", { timeZone: canonical }).format(0)).toBe(
    new Intl.DateTimeFormat("en", { timeZone: canonicalTimeZone(name) }).format(0),
  );
  expect(canonicalTimeZone(name)?.toLowerCase()).toContain(canonical.split("/").at(-1)?.toLowerCase());
});

it.each([
  ...["+01:00", "-0530", "Z+1", "GMT+1", "", "Mars/Olympus", "Europe/Zurich\u0000", "Europe/Zürich"],
  ...["../../etc/localtime", "EUROPE/ZURICH/..", " Europe/Zurich", "constructor", "__proto__"],
])("%j is none", (name) => {
  expect(canonicalTimeZone(name)).toBeUndefined();
});
