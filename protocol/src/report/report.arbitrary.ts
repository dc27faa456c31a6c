import fc from "fast-check";
import type { Entry } from "./entry.ts";
import { MAX_ACCURACY_DM, MAX_COURSE_DEG10, MAX_SPEED_CM_S } from "../limits.ts";
import type { Report } from "../messages.ts";
import { MAX_LAT_E7, MAX_LON_E7, MAX_UINT32, type EntryNumber, type Side } from "../values.ts";

const sides: Side[] = ["inside", "outside", "unknown"];
const uint32 = fc.oneof(fc.nat({ max: MAX_UINT32 }), fc.constantFrom(0, 1, MAX_UINT32));
const at = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 });
const latE7 = fc.oneof(
  fc.integer({ min: -MAX_LAT_E7, max: MAX_LAT_E7 }),
  fc.integer({ min: 501_700_000, max: 501_800_000 }),
  fc.constantFrom(-MAX_LAT_E7, MAX_LAT_E7, 0),
);
const lonE7 = fc.oneof(
  fc.integer({ min: -MAX_LON_E7, max: MAX_LON_E7 - 1 }),
  fc.constantFrom(-MAX_LON_E7, MAX_LON_E7 - 1, 0, -1),
);

const answer = fc.record({
  kind: fc.constant("answer"),
  at,
  command: fc.integer({ min: 1, max: MAX_UINT32 }),
  outcome: fc.constantFrom("done", "expired", "refused", "stopped"),
});
const fix = fc.record(
  {
    kind: fc.constant("fix"),
    at,
    latE7,
    lonE7,
    accuracyDm: fc.integer({ min: 1, max: MAX_ACCURACY_DM }),
    speedCmS: fc.nat({ max: MAX_SPEED_CM_S }),
    courseDeg10: fc.nat({ max: MAX_COURSE_DEG10 }),
  },
  { requiredKeys: ["kind", "at", "latE7", "lonE7", "accuracyDm"] },
);
const noSky = fc.record({ kind: fc.constant("no-sky"), at, searchedS: fc.integer({ min: 1, max: 65_535 }) });
const health = fc.record({
  kind: fc.constant("health"),
  at,
  batteryPercent: fc.integer({ min: 0, max: 100 }),
  boots: uint32,
  dropped: uint32,
});
const transition = fc
  .record(
    {
      kind: fc.constant("transition"),
      at,
      geofence: fc.nat({ max: 255 }),
      from: fc.constantFrom(...sides),
      to: fc.constantFrom(...sides),
      back: fc.nat({ max: 20 }),
      settingsVersion: uint32,
      lastKnown: fc.constantFrom("inside", "outside", null),
    },
    { requiredKeys: ["kind", "at", "geofence", "from", "to", "back", "settingsVersion"] },
  )
  .filter(({ from, to }) => from !== to);

function numbered(first: number, raw: readonly (Record<string, unknown> & { back?: number })[]): Entry[] {
  return raw.map(({ back, ...entry }, index) => {
    if (back === undefined) return entry as unknown as Entry;
    const evidenceFrom = Math.max(1, first + index - back) as EntryNumber;
    return { ...entry, evidenceFrom } as unknown as Entry;
  });
}

/** Any report that the wire can carry, up to 40 entries. */
export const arbitraryReport: fc.Arbitrary<Report> = fc
  .record({
    epoch: uint32,
    first: fc.integer({ min: 1, max: MAX_UINT32 - 200 }),
    held: fc.nat({ max: 500 }),
    raw: fc.array(fc.oneof({ weight: 5, arbitrary: fix }, noSky, health, answer, transition), {
      minLength: 1,
      maxLength: 40,
    }),
  })
  .map(({ epoch, first, held, raw }) => ({
    epoch,
    first,
    oldest: Math.max(1, first - held),
    entries: numbered(first, raw),
  })) as unknown as fc.Arbitrary<Report>;
