/** True signed distances in cells of 5 m, 100 m to either side of the edge; the last ones hold all beyond. */
const CELL_CM = 500;
const CELLS = 40;
const HALF = CELLS / 2;
const MOST_CM = CELL_CM * HALF - CELL_CM / 2;

/** Two grids a geofence: the receiver sees the sky, or it sees reflections and the fix says little. */
const GRIDS = 2;

/** Where a cat that rests has got to in a minute, on average; it grows with the square root of the time. */
const REST_CM = 300;

/**
 * A cat that walks goes up to 0.75 m/s (99 % of the recorded steps of three minutes are slower), and after a minute it
 * turns or sits down: how far across an edge it gets grows more slowly then, and not beyond 100 m.
 */
const WALK_CM_S = 75;
const WALK_CELLS = 10;
const WALK_S_PER_CELL = 30;
const MOST_WALK_CELLS = 20;

/** Share of intervals in which a cat walks. */
const WALKS = 0.3;

/** Chance a second that the cat is anywhere: a car, a gap, a wrong model. No evidence is lost for ever. */
const ELSEWHERE_PER_S = 1.7e-7;

/** Errors of neighbouring fixes are alike for about this long. */
const CORRELATION_S = 60;

/** Mean time between episodes of reflections, and how long they last. */
const REFLECTIONS_EVERY_S = 5_000;
const REFLECTIONS_LAST_S = 150;

/** How likely any place is in such an episode, against the likeliest place otherwise. */
const REFLECTED = 0.33;

/** A fix of an episode lies near the one before it; one that does not is so much less likely. */
const REFLECTED_ELSEWHERE = 0.05;

/** An hour without a fix says as little as a day. */
const LONGEST_S = 3_600;

function reachOf(seconds: number): number {
  const straight = Math.floor((WALK_CM_S * seconds) / CELL_CM);
  const turning = WALK_CELLS + Math.floor(seconds / WALK_S_PER_CELL);
  return Math.min(straight, turning, MOST_WALK_CELLS);
}

/**
 * What the fixes so far say about the signed distance from each geofence's edge: a hidden Markov model with 40 distances
 * and two states of the receiver, carried on through time by how cats move and sharpened by every fix. Student's t with
 * three degrees of freedom is the error of a fix. Only + - x / and sqrt are used, which IEEE 754 defines to the bit, so
 * that every engine believes the same.
 */
export class Belief {
  /** Probability that the tag is outside each geofence, 0 to 1. */
  readonly outside: Float64Array;
  private readonly cells: Float64Array;
  private readonly before: Float64Array;
  private readonly passed: Float64Array;
  private readonly lastCm: Float64Array;

  /** `capacity`: how many geofences. 656 bytes each, and 640 for all. */
  constructor(capacity: number) {
    this.outside = new Float64Array(capacity);
    this.cells = new Float64Array(capacity * GRIDS * CELLS);
    this.before = new Float64Array(CELLS);
    this.passed = new Float64Array(CELLS);
    this.lastCm = new Float64Array(capacity);
  }

  /** Knows nothing of this geofence. */
  forget(index: number): void {
    const start = index * GRIDS * CELLS;
    const share = REFLECTIONS_LAST_S / REFLECTIONS_EVERY_S / CELLS;
    this.outside[index] = 0.5;
    this.lastCm[index] = 0;
    this.cells.fill(1 / CELLS - share, start, start + CELLS);
    this.cells.fill(share, start + CELLS, start + GRIDS * CELLS);
  }

  /**
   * Takes a fix, all in whole numbers. `scaleCm` is the error to expect of it, `seconds` the time since the fix before,
   * more than 0.
   */
  update(index: number, signedDistanceCm: number, scaleCm: number, seconds: number): void {
    const start = index * GRIDS * CELLS;
    const passedS = seconds < LONGEST_S ? seconds : LONGEST_S;
    this.move(start, passedS);
    this.move(start + CELLS, passedS);
    this.changeSky(start, passedS, signedDistanceCm - (this.lastCm[index] ?? 0), scaleCm);
    this.lastCm[index] = signedDistanceCm;
    this.weigh(start, signedDistanceCm, scaleCm, passedS);
    this.sum(index);
  }

  private sum(index: number): void {
    const { cells } = this;
    const start = index * GRIDS * CELLS;
    let outside = 0;
    for (let i = start + HALF; i < start + CELLS; i++) outside += (cells[i] ?? 0) + (cells[i + CELLS] ?? 0);
    this.outside[index] = outside;
  }

  /** Lets the cat of one grid rest, walk or be elsewhere. */
  private move(start: number, seconds: number): void {
    const { before, cells } = this;
    let sum = 0;
    for (let i = 0; i < CELLS; i++) {
      before[i] = cells[start + i] ?? 0;
      sum += before[i] ?? 0;
    }
    const elsewhere = seconds * ELSEWHERE_PER_S;
    for (let i = start; i < start + CELLS; i++) cells[i] = (sum * elsewhere) / CELLS;
    this.rest(start, seconds);
    this.walk(start, reachOf(seconds));
  }

  /** Adds two-sided geometric steps: of what a cell has on, it passes `carried` further. */
  private rest(start: number, seconds: number): void {
    const { before, cells, passed } = this;
    const stepCm = REST_CM * Math.sqrt(seconds / 60);
    const carried = stepCm / (stepCm + CELL_CM);
    const weight = 1 - WALKS - seconds * ELSEWHERE_PER_S;
    const kept = (weight * (1 - carried)) / (1 + carried);
    const atEnd = weight / (1 + carried);
    let flow = 0;
    for (let i = 0; i < CELLS; i++) {
      passed[i] = flow;
      flow = (flow + (before[i] ?? 0)) * carried;
    }
    const last = start + CELLS - 1;
    cells[last] = (cells[last] ?? 0) + flow * atEnd;
    flow = 0;
    for (let i = CELLS - 1; i >= 0; i--) {
      const own = before[i] ?? 0;
      cells[start + i] = (cells[start + i] ?? 0) + (own + (passed[i] ?? 0) + flow) * kept;
      flow = (flow + own) * carried;
    }
    cells[start] = (cells[start] ?? 0) + flow * atEnd;
  }

  /** Adds steps of up to so many cells either way, all alike. What goes over an end stays in the last cell. */
  private walk(start: number, reach: number): void {
    const { before, cells } = this;
    const share = WALKS / (2 * reach + 1);
    let within = 0;
    for (let i = 0; i < reach; i++) within += before[i] ?? 0;
    let below = 0;
    let above = 0;
    for (let i = 0; i < CELLS; i++) {
      if (i + reach < CELLS) within += before[i + reach] ?? 0;
      if (i > reach) within -= before[i - reach - 1] ?? 0;
      cells[start + i] = (cells[start + i] ?? 0) + within * share;
      if (i < reach) below += (before[i] ?? 0) * (reach - i);
      if (i + reach >= CELLS) above += (before[i] ?? 0) * (i + reach - CELLS + 1);
    }
    cells[start] = (cells[start] ?? 0) + below * share;
    cells[start + CELLS - 1] = (cells[start + CELLS - 1] ?? 0) + above * share;
  }

  /** Episodes of reflections begin and end, and go on where the fix is near the one before. */
  private changeSky(start: number, seconds: number, jumpCm: number, scaleCm: number): void {
    const { cells } = this;
    const spread = 1 + (jumpCm * jumpCm) / (12 * scaleCm * scaleCm);
    const likeBefore = REFLECTED_ELSEWHERE + (1 - REFLECTED_ELSEWHERE) / (spread * spread);
    const ends = seconds / (seconds + REFLECTIONS_LAST_S);
    const begins = (ends * REFLECTIONS_LAST_S) / REFLECTIONS_EVERY_S;
    for (let i = start; i < start + CELLS; i++) {
      const direct = cells[i] ?? 0;
      const reflected = cells[i + CELLS] ?? 0;
      cells[i] = direct * (1 - begins) + reflected * ends;
      cells[i + CELLS] = direct * begins + reflected * (1 - ends) * likeBefore;
    }
  }

  private weigh(start: number, signedDistanceCm: number, scaleCm: number, seconds: number): void {
    const { cells } = this;
    const seenCm = Math.max(-MOST_CM, Math.min(MOST_CM, signedDistanceCm));
    const perVariance = 1 / (3 * scaleCm * scaleCm * (1 + (2 * CORRELATION_S) / seconds));
    let sum = 0;
    for (let i = 0; i < CELLS; i++) {
      const offCm = seenCm - (i - HALF) * CELL_CM - CELL_CM / 2;
      const spread = 1 + offCm * offCm * perVariance;
      const direct = (cells[start + i] ?? 0) / (spread * spread);
      const reflected = (cells[start + CELLS + i] ?? 0) * REFLECTED;
      cells[start + i] = direct;
      cells[start + CELLS + i] = reflected;
      sum += direct + reflected;
    }
    const share = 1 / sum;
    for (let i = start; i < start + GRIDS * CELLS; i++) cells[i] = (cells[i] ?? 0) * share;
  }
}
