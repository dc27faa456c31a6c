import { CELL_CM, CELLS, decayOver, firstCell, INSIDE_CELLS } from "./belief-cells.ts";
import { Gait } from "./gait.ts";

/** The middle of the last cell. */
const MOST_CM = (CELLS - INSIDE_CELLS) * CELL_CM - CELL_CM / 2;

/**
 * Three grids for each geofence: the cat walks about; it leaves; or the receiver gets reflections and a fix tells little.
 */
const GRIDS = 3;
const LEAVING = CELLS;
const REFLECTING = 2 * CELLS;

/**
 * Mean time between two times that a cat walks about. During reflections a shorter time is assumed, so that an escape
 * that begins in an episode is not taken for a part of it.
 */
const WALKS_EVERY_S = 340;
const WALKS_UNSEEN_EVERY_S = 150;

/** Mean time between two times that a cat leaves, and how long the cat continues outward. */
const LEAVES_EVERY_S = 1_100;
const LEAVES_LAST_S = 150;

/** Errors of neighbouring fixes are alike for about this long. */
const CORRELATION_S = 50;

/** Mean time between episodes of reflections, and how long they last. */
const REFLECTIONS_EVERY_S = 4_800;
const REFLECTIONS_LAST_S = 130;

/** How likely any place is in such an episode, against the likeliest place otherwise; and how far out it falls, to what. */
const REFLECTED = 0.33;
const REFLECTED_FAR = 0.02;
const FAR_CM = 100_000;

/**
 * A fix of an episode lies near the one before it; the factor for a fix that does not. Soon after the last one it is
 * closer to 1, because errors come and go by turns then.
 */
const REFLECTED_ELSEWHERE = 0.15;
const REFLECTED_SOON_S = 15;
const MOST_ELSEWHERE = 0.9;

/** What counts as near: squared distance, in squares of the expected error. */
const ALIKE_SCALES = 20;

/** After an hour without a fix the model has nothing more to forget. */
const LONGEST_S = 3_600;

/** A fix that a travelling tag gives, in squares of the expected error. */
const PLACE_SCALES = 3;

/**
 * What is known from the fixes so far about the signed distance from each geofence's edge: a hidden Markov model. It has
 * 40 distances for a cat that walks about, for one that leaves, and for either while the receiver gets reflections. The
 * time step is how cats move, the measurement step is a fix, whose error follows Student's t with three degrees of
 * freedom. Only + - x / and sqrt are used, which IEEE 754 defines to the bit, so that every engine gets the same result.
 */
export class Belief {
  /** Probability that the tag is outside each geofence, 0 to 1. */
  readonly outside: Float64Array;
  private readonly cells: Float64Array;
  private readonly lastCm: Float64Array;
  private readonly gait: Gait;

  /** `capacity`: number of geofences. 976 bytes for each and 640 for all. */
  constructor(capacity: number) {
    this.outside = new Float64Array(capacity);
    this.cells = new Float64Array(capacity * GRIDS * CELLS);
    this.lastCm = new Float64Array(capacity);
    this.gait = new Gait();
  }

  /** Resets this geofence to the prior distribution: inside with this probability, 0 to 1. */
  forget(index: number, depthCm: number, inside: number): void {
    const start = index * GRIDS * CELLS;
    const first = firstCell(depthCm);
    const leaving = LEAVES_LAST_S / LEAVES_EVERY_S;
    const reflecting = REFLECTIONS_LAST_S / REFLECTIONS_EVERY_S;
    this.outside[index] = 1 - inside;
    this.lastCm[index] = 0;
    for (let i = 0; i < CELLS; i++) {
      const within = i < first ? 0 : inside / (INSIDE_CELLS - first);
      const part = i < INSIDE_CELLS ? within : (1 - inside) / (CELLS - INSIDE_CELLS);
      this.cells[start + i] = part * (1 - leaving - reflecting);
      this.cells[start + LEAVING + i] = part * leaving;
      this.cells[start + REFLECTING + i] = part * reflecting;
    }
  }

  /** The belief of geofence i becomes that of `from[i]`; a new geofence has a negative one and begins when it is seen. */
  rearrange(from: readonly number[]): void {
    const outside = this.outside.slice();
    const lastCm = this.lastCm.slice();
    const cells = this.cells.slice();
    for (let i = 0; i < from.length; i++) {
      const old = from[i] ?? -1;
      if (old < 0 || old === i) continue;
      this.outside[i] = outside[old] ?? 0.5;
      this.lastCm[i] = lastCm[old] ?? 0;
      this.cells.set(cells.subarray(old * GRIDS * CELLS, (old + 1) * GRIDS * CELLS), i * GRIDS * CELLS);
    }
  }

  /** The time step: `seconds` since the fix before, more than 0, of which the cat may have been outdoors `freeS`. */
  pass(index: number, depthCm: number, seconds: number, freeS: number): void {
    const start = index * GRIDS * CELLS;
    const first = firstCell(depthCm);
    const movedS = Math.min(freeS, seconds, LONGEST_S);
    this.gait.stray(this.cells, start, first, movedS, WALKS_EVERY_S);
    this.gait.leave(this.cells, start + LEAVING, first, movedS);
    this.gait.stray(this.cells, start + REFLECTING, first, movedS, WALKS_UNSEEN_EVERY_S);
    this.changeGait(start, movedS);
  }

  /**
   * The measurement step, all in whole numbers: a fix's distance; `scaleCm`, its expected error; `seconds`, the time since
   * the fix before, more than 0.
   */
  see(index: number, signedDistanceCm: number, depthCm: number, scaleCm: number, seconds: number): void {
    const start = index * GRIDS * CELLS;
    const passedS = seconds < LONGEST_S ? seconds : LONGEST_S;
    this.changeSky(start, passedS, signedDistanceCm - (this.lastCm[index] ?? 0), scaleCm);
    this.lastCm[index] = signedDistanceCm;
    this.weigh(start, firstCell(depthCm), signedDistanceCm, scaleCm, passedS);
    this.sum(index);
  }

  /** With this probability the tag travels: then it is where its fix is, whatever was believed before. */
  place(
    index: number,
    signedDistanceCm: number,
    depthCm: number,
    scaleCm: number,
    probability: number,
  ): void {
    const { cells } = this;
    const start = index * GRIDS * CELLS;
    const first = firstCell(depthCm);
    const leastCm = (first - INSIDE_CELLS) * CELL_CM + CELL_CM / 2;
    const seenCm = Math.max(leastCm, Math.min(MOST_CM, signedDistanceCm));
    let sum = 0;
    for (let i = first; i < CELLS; i++) sum += placeOf(seenCm, i, scaleCm);
    for (let i = start; i < start + GRIDS * CELLS; i++) cells[i] = (cells[i] ?? 0) * (1 - probability);
    for (let i = first; i < CELLS; i++) {
      const cell = start + LEAVING + i;
      cells[cell] = (cells[cell] ?? 0) + (placeOf(seenCm, i, scaleCm) * probability) / sum;
    }
    this.sum(index);
  }

  private sum(index: number): void {
    const { cells } = this;
    const start = index * GRIDS * CELLS;
    let outside = 0;
    for (let i = start + INSIDE_CELLS; i < start + CELLS; i++)
      outside += (cells[i] ?? 0) + (cells[i + LEAVING] ?? 0) + (cells[i + REFLECTING] ?? 0);
    this.outside[index] = outside;
  }

  /** Transitions between walking about and leaving. */
  private changeGait(start: number, seconds: number): void {
    const { cells } = this;
    const stops = 1 - decayOver(seconds / LEAVES_LAST_S);
    const begins = (stops * LEAVES_LAST_S) / LEAVES_EVERY_S;
    for (let i = start; i < start + CELLS; i++) {
      const about = cells[i] ?? 0;
      const leaving = cells[i + LEAVING] ?? 0;
      cells[i] = about * (1 - begins) + leaving * stops;
      cells[i + LEAVING] = about * begins + leaving * (1 - stops);
    }
  }

  /** Episodes of reflections begin and end, and continue where the fix is near the one before. */
  private changeSky(start: number, seconds: number, jumpCm: number, scaleCm: number): void {
    const { cells } = this;
    const spread = 1 + (jumpCm * jumpCm) / (ALIKE_SCALES * scaleCm * scaleCm);
    const elsewhere = Math.min(MOST_ELSEWHERE, REFLECTED_ELSEWHERE + REFLECTED_SOON_S / seconds);
    const likeBefore = elsewhere + (1 - elsewhere) / (spread * spread);
    const ends = 1 - decayOver(seconds / REFLECTIONS_LAST_S);
    const begins = (ends * REFLECTIONS_LAST_S) / REFLECTIONS_EVERY_S;
    for (let i = start; i < start + CELLS; i++) {
      const about = cells[i] ?? 0;
      const leaving = cells[i + LEAVING] ?? 0;
      const reflecting = cells[i + REFLECTING] ?? 0;
      cells[i] = about * (1 - begins) + reflecting * ends;
      cells[i + LEAVING] = leaving * (1 - begins);
      cells[i + REFLECTING] = (about + leaving) * begins + reflecting * (1 - ends) * likeBefore;
    }
  }

  private weigh(start: number, first: number, distanceCm: number, scaleCm: number, seconds: number): void {
    const { cells } = this;
    const leastCm = (first - INSIDE_CELLS) * CELL_CM + CELL_CM / 2;
    const seenCm = Math.max(leastCm, Math.min(MOST_CM, distanceCm));
    const perVariance = 1 / (3 * scaleCm * scaleCm * (1 + (2 * CORRELATION_S) / seconds));
    const far = Math.max(0, distanceCm) / FAR_CM;
    const reflected = REFLECTED * (REFLECTED_FAR + (1 - REFLECTED_FAR) / (1 + far * far));
    let sum = 0;
    for (let i = first; i < CELLS; i++) {
      const cell = start + i;
      const offCm = seenCm - (i - INSIDE_CELLS) * CELL_CM - CELL_CM / 2;
      const spread = 1 + offCm * offCm * perVariance;
      const fits = 1 / (spread * spread);
      const about = (cells[cell] ?? 0) * fits;
      const leaving = (cells[cell + LEAVING] ?? 0) * fits;
      const reflecting = (cells[cell + REFLECTING] ?? 0) * reflected;
      cells[cell] = about;
      cells[cell + LEAVING] = leaving;
      cells[cell + REFLECTING] = reflecting;
      sum += about + leaving + reflecting;
    }
    const share = 1 / sum;
    for (let i = start; i < start + GRIDS * CELLS; i++) cells[i] = (cells[i] ?? 0) * share;
  }
}

/** How well the distance of a travelling tag's fix fits a cell, 0 to 1. */
function placeOf(seenCm: number, i: number, scaleCm: number): number {
  const offCm = seenCm - (i - INSIDE_CELLS) * CELL_CM - CELL_CM / 2;
  const spread = 1 + (offCm * offCm) / (PLACE_SCALES * scaleCm * scaleCm);
  const square = spread * spread;
  return 1 / (square * square);
}
