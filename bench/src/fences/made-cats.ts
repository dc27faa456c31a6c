import { Random, seedOf } from "@purrimeter/simulator/random";
import type { CatDays, Exit } from "./cat-days.ts";
import { watch, type Place, type Watched, type Watching } from "./watch.ts";

const STARTS_AT = 1_790_000_000;

/** Where in the zone a cat that is at home lies: so far from the centre along an axis. */
const HOME_M = 8;

/** Beside the house a part of the sky is hidden. */
const PARTIAL_M = 15;

/** What a made life does: fills in the place at so many seconds after the start. */
type Script = (passedS: number, into: Place) => void;

interface Made {
  readonly seconds: number;
  readonly script: Script;
  /** Seconds after the start; absent for none. */
  readonly exit?: readonly [number, number];
  readonly strain?: readonly [number, number];
}

function spanOf([from, to]: readonly [number, number]): Exit {
  return { from: STARTS_AT + from, to: STARTS_AT + to };
}

/** So many made lives, each from its own random numbers; the seed decides all. */
function madeCats(count: number, watching: Watching, make: (random: Random) => Made): CatDays[] {
  return Array.from({ length: count }, (_, i) => {
    const { seconds, script, exit, strain } = make(new Random(seedOf(watching.seed, 300_000 + i)));
    const watched: Watched = {
      startsAt: STARTS_AT,
      seconds,
      exits: exit === undefined ? [] : [spanOf(exit)],
      ...(strain === undefined ? {} : { strain: spanOf(strain) }),
      whereabouts: (at, into) => {
        into.isShielded = false;
        script(at - STARTS_AT, into);
        return true;
      },
    };
    return watch(watched, watching, seedOf(watching.seed, 400_000 + i));
  });
}

function put(into: Place, eastM: number, northM: number): void {
  into.eastM = eastM;
  into.northM = northM;
  into.sky = Math.hypot(eastM, northM) < PARTIAL_M ? "partial" : "open";
}

/** Two hours at home, so that the side is known, and a part of an interval, so that the looks fall anywhere. */
function restS(random: Random, lookS: number): number {
  return 7_200 + random.between(0, Math.max(300, lookS));
}

/** When a way from a place inside leaves the circle: the distance along it. */
function wayToEdgeM(eastM: number, northM: number, angle: number, radiusM: number): number {
  const along = eastM * Math.cos(angle) + northM * Math.sin(angle);
  return -along + Math.sqrt(along * along + radiusM * radiusM - eastM * eastM - northM * northM);
}

const FOLLOWED_S = 3_600;

/** Cats that lie at home and are then carried off, or walk off, straight and at one speed. */
export function carriedCats(count: number, speedMS: number, radiusM: number, watching: Watching): CatDays[] {
  return madeCats(count, watching, (random) => {
    const leavesS = restS(random, watching.lookS);
    const [eastM, northM] = [HOME_M * random.normal(), HOME_M * random.normal()];
    const angle = random.between(0, 2 * Math.PI);
    const crossesS = leavesS + wayToEdgeM(eastM, northM, angle, radiusM) / speedMS;
    const script: Script = (passedS, into) => {
      const wayM = Math.max(0, passedS - leavesS) * speedMS;
      put(into, eastM + wayM * Math.cos(angle), northM + wayM * Math.sin(angle));
    };
    const seconds = Math.ceil(crossesS + FOLLOWED_S);
    return { seconds, script, exit: [crossesS, seconds] };
  });
}

const OUTAGE_S = 1_200;
const DRIVEN_M = 5_000;
const DRIVEN_MS = 14;

/** Cats whose tag hears nothing for 20 min, from the moment they are driven off, and that then lie still 5 km away. */
export function cutOffCats(count: number, radiusM: number, watching: Watching): CatDays[] {
  return madeCats(count, watching, (random) => {
    const leavesS = restS(random, watching.lookS);
    const angle = random.between(0, 2 * Math.PI);
    const [eastM, northM] = [HOME_M * random.normal(), HOME_M * random.normal()];
    const script: Script = (passedS, into) => {
      const wayM = Math.min(DRIVEN_M, Math.max(0, passedS - leavesS) * DRIVEN_MS);
      put(into, eastM + wayM * Math.cos(angle), northM + wayM * Math.sin(angle));
      into.isShielded = passedS >= leavesS && passedS < leavesS + OUTAGE_S;
    };
    const seconds = Math.ceil(leavesS + OUTAGE_S + FOLLOWED_S);
    return { seconds, script, exit: [leavesS + radiusM / DRIVEN_MS, seconds] };
  });
}

const WALK_MS = 0.5;

/**
 * Cats that lie 40 m inside for hours, walk to a place so far beyond the edge (negative inside), stay there so long, and
 * come back.
 */
export function stayingCats(
  count: number,
  [leastM, mostM]: readonly [number, number],
  [leastS, mostS]: readonly [number, number],
  radiusM: number,
  watching: Watching,
): CatDays[] {
  return madeCats(count, watching, (random) => {
    const leavesS = restS(random, watching.lookS);
    const homeM = Math.max(0, radiusM - 40);
    const beyondM = random.between(leastM, mostM);
    const angle = random.between(0, 2 * Math.PI);
    const crossesS = leavesS + (radiusM - homeM) / WALK_MS;
    const returnsS = crossesS + random.between(leastS, mostS);
    const turnsS = returnsS - Math.max(0, beyondM) / WALK_MS;
    const script: Script = (passedS, into) => {
      const outM = Math.min(radiusM + beyondM, homeM + Math.max(0, passedS - leavesS) * WALK_MS);
      const backM = Math.max(homeM, radiusM + beyondM - Math.max(0, passedS - turnsS) * WALK_MS);
      const wayM = Math.min(outM, backM);
      put(into, wayM * Math.cos(angle), wayM * Math.sin(angle));
    };
    const seconds = Math.ceil(returnsS + 1_800);
    if (mostM <= 0) return { seconds, script, strain: [crossesS, returnsS] };
    return { seconds, script, exit: [crossesS, returnsS] };
  });
}

/** Cats that lie 20 m inside while the receiver is so far off outward for so long, once. */
export function misplacedCats(
  count: number,
  biasM: number,
  lastsS: number,
  radiusM: number,
  watching: Watching,
): CatDays[] {
  return madeCats(count, watching, (random) => {
    const fromS = restS(random, watching.lookS);
    const angle = random.between(0, 2 * Math.PI);
    const [east, north] = [Math.cos(angle), Math.sin(angle)];
    const script: Script = (passedS, into) => {
      put(into, (radiusM - 20) * east, (radiusM - 20) * north);
      const isOff = passedS >= fromS && passedS < fromS + lastsS;
      into.biasEastM = isOff ? biasM * east : 0;
      into.biasNorthM = isOff ? biasM * north : 0;
    };
    return { seconds: Math.ceil(fromS + lastsS + 1_800), script, strain: [fromS, fromS + lastsS] };
  });
}

const ROOFED_S = 8 * 3_600;

/** Cats that lie for 8 h under a roof so far beyond the edge, or, negative, inside; under the sky 40 m inside before. */
export function roofedCats(count: number, beyondM: number, radiusM: number, watching: Watching): CatDays[] {
  return madeCats(count, watching, (random) => {
    const leavesS = restS(random, watching.lookS);
    const homeM = Math.max(0, radiusM - 40);
    const angle = random.between(0, 2 * Math.PI);
    const roofS = leavesS + Math.abs(radiusM + beyondM - homeM) / WALK_MS;
    const script: Script = (passedS, into) => {
      const wayM = Math.max(0, passedS - leavesS) * WALK_MS;
      const atM = Math.min(radiusM + beyondM, homeM + wayM);
      put(into, atM * Math.cos(angle), atM * Math.sin(angle));
      if (passedS >= roofS) into.sky = "none";
    };
    const seconds = Math.ceil(roofS + ROOFED_S);
    if (beyondM <= 0) return { seconds, script, strain: [roofS, seconds] };
    return { seconds, script, exit: [leavesS + (radiusM - homeM) / WALK_MS, seconds] };
  });
}

const STARTED_S = 8 * 3_600;

/** Cats that lie at home under a part of the sky when the tag is switched on. */
export function startingCats(count: number, watching: Watching): CatDays[] {
  return madeCats(count, watching, (random) => {
    const [eastM, northM] = [HOME_M * random.normal(), HOME_M * random.normal()];
    return { seconds: STARTED_S, script: (_, into) => put(into, eastM, northM) };
  });
}
