import type { CatDays } from "./cat-days.ts";
import { inventedDays, recordedDays, type Half } from "./fence-world.ts";
import {
  carriedCats,
  cutOffCats,
  misplacedCats,
  roofedCats,
  startingCats,
  stayingCats,
} from "./made-cats.ts";
import type { Watching } from "./watch.ts";

/** A world of cats, watched at several intervals and through zones of several sizes. */
export interface World {
  readonly name: (radiusM: number) => string;
  readonly case: string;
  readonly radiiM: readonly number[];
  /** Fixed intervals; at its own pace the tag is watched as well. */
  readonly intervalsS: readonly number[];
  /** Whether it is run with all thresholds of the peers' rules, at this radius. */
  readonly curvesAtM?: number;
  readonly cats: (watching: Watching) => Promise<readonly CatDays[]> | readonly CatDays[];
}

/** How many cats, so that a whole run or a quick one has an end. */
export interface Size {
  readonly inventedCats: number;
  readonly inventedDays: number;
  /** Each recorded cat is seen by so many receivers, because there are few recorded days. */
  readonly receivers: number;
  readonly made: number;
}

export const WHOLE: Size = { inventedCats: 200, inventedDays: 2, receivers: 5, made: 200 };
export const QUICK: Size = { inventedCats: 25, inventedDays: 1, receivers: 1, made: 40 };

const RADIUS_M = 75;

/** Zones from the smallest that is accepted to the usual one. */
export const SMALL_RADII_M = [10, 15, 20, 25, 30, 40, 50, 75];
const SPEEDS_MS = [0.7, 1.5, 3, 5, 14, 25];
const CARRIED_INTERVALS_S = [20, 60, 120, 300];
const MINUTE_S = 60;

function plain(name: string, made: Omit<World, "name" | "radiiM" | "curvesAtM">, curves = false): World {
  const world = { name: () => name, radiiM: [RADIUS_M], ...made };
  return curves ? { ...world, curvesAtM: RADIUS_M } : world;
}

function lives(size: Size, half: Half): World[] {
  const usual = { case: "", radiiM: [50, 75, 100], intervalsS: [60, 120, 300] };
  return [
    {
      ...usual,
      name: () => "recorded",
      curvesAtM: RADIUS_M,
      cats: (watching) => recordedDays(half, size.receivers, watching),
    },
    {
      ...usual,
      name: () => "invented",
      curvesAtM: RADIUS_M,
      cats: (watching) => inventedDays(size.inventedCats, size.inventedDays, watching),
    },
    {
      name: (radiusM) => `small-${radiusM}`,
      case: "",
      radiiM: SMALL_RADII_M,
      intervalsS: [60, 120],
      cats: (watching) => inventedDays(size.inventedCats / 2, size.inventedDays, watching),
    },
    {
      name: (radiusM) => `start-${radiusM}`,
      case: "first side at home",
      radiiM: [20, 30, 40, 50, 75],
      intervalsS: [60, 120],
      cats: (watching) => startingCats(size.made, watching),
    },
  ];
}

function carried({ made }: Size): World[] {
  const speeds = SPEEDS_MS.map((speedMS) =>
    plain(
      `carried-${speedMS}`,
      {
        case: "",
        intervalsS: CARRIED_INTERVALS_S,
        cats: (watching) => carriedCats(made, speedMS, RADIUS_M, watching),
      },
      true,
    ),
  );
  const outage = plain("carried-outage", {
    case: "20 min without a fix, then at rest 5 km away",
    intervalsS: CARRIED_INTERVALS_S,
    cats: (watching) => cutOffCats(made, RADIUS_M, watching),
  });
  return [...speeds, outage];
}

const DEPTHS_M = [
  [0, 10],
  [10, 25],
  [25, 50],
] as const;
const LENGTHS_MIN = [
  [10, 20],
  [20, 60],
  [60, 180],
] as const;

function nameOf([least, most]: readonly [number, number], lengthMin: readonly [number, number]): string {
  if (least === most) return `${least} m, ${lengthMin[0]} min`;
  const depth = least < 0 ? `${-most}-${-least} m inside` : `${least}-${most} m`;
  return `${depth}, ${lengthMin.join("-")} min`;
}

function beyond({ made }: Size): World[] {
  const bins = DEPTHS_M.flatMap((depthM) => LENGTHS_MIN.map((lengthMin) => ({ depthM, lengthMin })));
  const hour = { depthM: [15, 15], lengthMin: [60, 60] } as const;
  // As near the edge on the inner side: what a rule alarms at there it cannot tell from a stay beyond.
  const inside = { depthM: [-10, 0], lengthMin: [20, 60] } as const;
  return [...bins, hour, inside].map(({ depthM, lengthMin }) =>
    plain(
      "beyond",
      {
        case: nameOf(depthM, lengthMin),
        intervalsS: [60, 120],
        cats: (watching) =>
          stayingCats(made, depthM, [lengthMin[0] * MINUTE_S, lengthMin[1] * MINUTE_S], RADIUS_M, watching),
      },
      depthM[0] === depthM[1],
    ),
  );
}

function strained({ made }: Size): World[] {
  const biases = [30, 40].flatMap((biasM) => [3, 10, 60].map((minutes) => ({ biasM, minutes })));
  const biased = biases.map(({ biasM, minutes }) =>
    plain("biased", {
      case: `${biasM} m off for ${minutes} min, 20 m inside`,
      intervalsS: [60, 120],
      cats: (watching) => misplacedCats(made, biasM, minutes * MINUTE_S, RADIUS_M, watching),
    }),
  );
  const roofs = [20, -10, -20].map((beyondM) =>
    plain("next-door", {
      case: `under a roof ${Math.abs(beyondM)} m ${beyondM > 0 ? "beyond" : "inside"}, 8 h`,
      intervalsS: [60, 120],
      cats: (watching) => roofedCats(made, beyondM, RADIUS_M, watching),
    }),
  );
  return [...biased, ...roofs];
}

/** All worlds, the cats that live first. */
export function worldsOf(size: Size, half: Half): readonly World[] {
  return [...lives(size, half), ...carried(size), ...beyond(size), ...strained(size)];
}
