import { LocalPlane } from "../tracks/local-plane.ts";
import { Random, seedOf } from "../random.ts";

/**
 * The middle of the Hardangervidda, a plateau in Norway of 8,000 km² that is a national park: nobody lives there, so
 * an invented home is never a real one. At 60 degrees north a degree of longitude is half a degree of latitude, which
 * makes mistakes in scaling visible.
 */
const INVENTED_PLACE = { latDegrees: 60.15, lonDegrees: 7.5 } as const;

/** Homes are a kilometre apart: 97 % of the cats' fixes lie within 300 m of home. */
const SPACING_M = 1_000;

/** How far a home lies off its grid point, so that they do not form a grid. */
const JITTER_M = 200;

/** Step `index` of a square spiral around the middle, in grid units. */
function spiral(index: number): { column: number; row: number } {
  const ring = Math.ceil((Math.sqrt(index + 1) - 1) / 2);
  if (ring === 0) return { column: 0, row: 0 };
  const side = 2 * ring;
  const before = (side - 1) ** 2;
  const leg = Math.floor((index - before) / side);
  const step = ((index - before) % side) - ring + 1;
  if (leg === 0) return { column: ring, row: step };
  if (leg === 1) return { column: -step, row: ring };
  return leg === 2 ? { column: -ring, row: -step } : { column: step, row: -ring };
}

/** The invented home of cat number `index` (from 0); the same seed and index give the same place. */
export function inventedHome(index: number, seed: number): LocalPlane {
  const { column, row } = spiral(index);
  const random = new Random(seedOf(seed, index));
  const plane = new LocalPlane(INVENTED_PLACE.latDegrees, INVENTED_PLACE.lonDegrees);
  const eastM = column * SPACING_M + random.between(-JITTER_M, JITTER_M);
  const northM = row * SPACING_M + random.between(-JITTER_M, JITTER_M);
  return new LocalPlane(plane.latDegreesAt(northM), plane.lonDegreesAt(eastM));
}
