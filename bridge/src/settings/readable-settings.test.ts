import { expect, it } from "vitest";
import { readableSettings } from "./readable-settings.ts";

const SETTINGS = { version: 4, fixIntervalS: 60, reportIntervalS: 300, geofences: [] };

it("version 1 has no step of detection; later ones have", () => {
  const quiet = { ...SETTINGS, detection: "quiet" } as const;
  expect(readableSettings(quiet, 1)).toEqual(SETTINGS);
  expect(readableSettings(quiet, 2)).toEqual(quiet);
  expect(readableSettings(SETTINGS, 1)).toEqual(SETTINGS);
});
