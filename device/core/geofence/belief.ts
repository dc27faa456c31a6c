import { CELL_CM, CELLS, FARTHEST_CM, decayOver } from "./belief-cells.ts";
import { Gait } from "./gait.ts";

const HALF = CELLS / 2;
const MOST_CM = FARTHEST_CM - CELL_CM / 2;

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

/** How likely any place is in such an episode, against the likeliest place otherwise. */
const REFLECTED = 0.33;

/** A fix of an episode lies near the one before it; the factor for a fix that does not. */
const REFLECTED_ELSEWHERE = 0.2;

/** What counts as near: squared distance, in squares of the expected error. */
const ALIKE_SCALES = 20;

/** After an hour without a fix the model has nothing more to forget. */
const LONGEST_S = 3_600;

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

  /** Resets this geofence to the prior distribution. */
  forget(index: number): void {
    const start = index * GRIDS * CELLS;
    const leaving = LEAVES_LAST_S / LEAVES_EVERY_S / CELLS;
    const reflecting = REFLECTIONS_LAST_S / REFLECTIONS_EVERY_S / CELLS;
    this.outside[index] = 0.5;
    this.lastCm[index] = 0;
    this.cells.fill(1 / CELLS - leaving - reflecting, start, start + CELLS);
    this.cells.fill(leaving, start + LEAVING, start + REFLECTING);
    this.cells.fill(reflecting, start + REFLECTING, start + GRIDS * CELLS);
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

  /**
   * Applies a fix, all in whole numbers: its distance, FARTHEST_CM at most; `scaleCm`, its expected error; `seconds`, the
   * time since the fix before, more than 0; `freeS`, how much of that time the cat may have been outdoors.
   */
  update(index: number, signedDistanceCm: number, scaleCm: number, seconds: number, freeS: number): void {
    const start = index * GRIDS * CELLS;
    const passedS = seconds < LONGEST_S ? seconds : LONGEST_S;
    const movedS = freeS < passedS ? freeS : passedS;
    this.gait.stray(this.cells, start, movedS, WALKS_EVERY_S);
    this.gait.leave(this.cells, start + LEAVING, movedS);
    this.gait.stray(this.cells, start + REFLECTING, movedS, WALKS_UNSEEN_EVERY_S);
    this.changeGait(start, movedS);
    this.changeSky(start, passedS, signedDistanceCm - (this.lastCm[index] ?? 0), scaleCm);
    this.lastCm[index] = signedDistanceCm;
    this.weigh(start, signedDistanceCm, scaleCm, passedS);
    this.sum(index);
  }

  private sum(index: number): void {
    const { cells } = this;
    const start = index * GRIDS * CELLS;
    let outside = 0;
    for (let i = start + HALF; i < start + CELLS; i++)
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
    const likeBefore = REFLECTED_ELSEWHERE + (1 - REFLECTED_ELSEWHERE) / (spread * spread);
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

  private weigh(start: number, signedDistanceCm: number, scaleCm: number, seconds: number): void {
    const { cells } = this;
    const seenCm = Math.max(-MOST_CM, Math.min(MOST_CM, signedDistanceCm));
    const perVariance = 1 / (3 * scaleCm * scaleCm * (1 + (2 * CORRELATION_S) / seconds));
    let sum = 0;
    for (let i = 0; i < CELLS; i++) {
      const cell = start + i;
      const offCm = seenCm - (i - HALF) * CELL_CM - CELL_CM / 2;
      const spread = 1 + offCm * offCm * perVariance;
      const fits = 1 / (spread * spread);
      const about = (cells[cell] ?? 0) * fits;
      const leaving = (cells[cell + LEAVING] ?? 0) * fits;
      const reflecting = (cells[cell + REFLECTING] ?? 0) * REFLECTED;
      cells[cell] = about;
      cells[cell + LEAVING] = leaving;
      cells[cell + REFLECTING] = reflecting;
      sum += about + leaving + reflecting;
    }
    const share = 1 / sum;
    for (let i = start; i < start + GRIDS * CELLS; i++) cells[i] = (cells[i] ?? 0) * share;
  }
}
