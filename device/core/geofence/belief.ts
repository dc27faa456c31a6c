import { CELL_CM, CELLS, decayOver, firstCell, INSIDE_CELLS } from "./belief-cells.ts";
import { Gait } from "./gait.ts";
import { LAT, NOWHERE_E7, type SeenFix, travel, TRAVEL_VALUES } from "./travel.ts";

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

/** How likely any place is in such an episode, against the likeliest place otherwise; and where half of that is left. */
const REFLECTED = 0.33;
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

/** A geofence's values: the cells, the last distance in cm, and those of `travel`. */
const LAST_CM = GRIDS * CELLS;
const TRAVEL = LAST_CM + 1;
const VALUES = TRAVEL + TRAVEL_VALUES;

/** A travelling tag is where its fix is: the part of the expected error that then counts. */
const PLACED = 0.4;

/**
 * What is known from the fixes so far about the signed distance from each geofence's edge: a hidden Markov model. It has
 * 40 distances for a cat that walks about, for one that leaves, and for either while the receiver gets reflections. The
 * time step is how cats move, the measurement step is a fix, whose error follows Student's t with three degrees of
 * freedom. Only + - x / and sqrt are used, which IEEE 754 defines to the bit, so that every engine gets the same result.
 */
export class Belief {
  /** Probability that the tag is outside each geofence, 0 to 1. */
  readonly outside: Float64Array;
  /** VALUES of each geofence. */
  readonly cells: Float64Array;
  /** The first cell that a geofence of its depth has. */
  readonly first: Uint8Array;
  private readonly gait: Gait;

  /** `capacity`: number of geofences. 1,017 bytes for each and 800 for all. */
  constructor(capacity: number) {
    this.outside = new Float64Array(capacity);
    this.cells = new Float64Array(capacity * VALUES);
    this.first = new Uint8Array(capacity);
    this.gait = new Gait(this.cells);
  }

  /** Resets this geofence to the prior distribution: inside with this probability, 0 to 1; `depthCm` as Geofences.depthCm. */
  forget(index: number, depthCm: number, inside: number): void {
    const start = index * VALUES;
    const first = firstCell(depthCm);
    this.outside[index] = 1 - inside;
    this.first[index] = first;
    this.cells.fill(0, start, start + VALUES);
    this.cells[start + TRAVEL + LAT] = NOWHERE_E7;
    for (let i = first; i < CELLS; i++)
      this.cells[start + i] =
        i < INSIDE_CELLS ? inside / (INSIDE_CELLS - first) : (1 - inside) / (CELLS - INSIDE_CELLS);
  }

  /** Whether the tag travels with this fix, as `travel` says. */
  travels(index: number, fix: SeenFix, scaleCm: number, seconds: number): boolean {
    return travel(this.cells, index * VALUES + TRAVEL, fix, scaleCm, seconds);
  }

  /**
   * Applies a fix, all in whole numbers: its signed distance; `scaleCm`, its expected error; `seconds`, the time since the
   * fix before, more than 0; `freeS`, how much of that time the cat may have been outdoors.
   */
  update(index: number, distanceCm: number, scaleCm: number, seconds: number, freeS: number): void {
    const start = index * VALUES;
    const first = this.first[index] as number;
    const passedS = seconds < LONGEST_S ? seconds : LONGEST_S;
    const movedS = freeS < passedS ? freeS : passedS;
    this.gait.stray(start, first, movedS, WALKS_EVERY_S, passedS);
    this.gait.leave(start + LEAVING, first, movedS);
    this.gait.stray(start + REFLECTING, first, movedS, WALKS_UNSEEN_EVERY_S, passedS);
    this.weigh(index, distanceCm, scaleCm, passedS, movedS);
  }

  /** The tag travels and is where its fix is, whatever was believed before. */
  place(index: number, distanceCm: number, scaleCm: number): void {
    const start = index * VALUES;
    this.cells.fill(0, start, start + LAST_CM);
    this.cells.fill(1, start + LEAVING + (this.first[index] as number), start + REFLECTING);
    this.weigh(index, distanceCm, scaleCm * PLACED, 0, 0);
  }

  /**
   * Transitions between walking about and leaving; episodes of reflections that begin and end, and continue where the fix
   * is near the one before; and the weight of the fix. After 0 seconds only the last.
   */
  private weigh(index: number, distanceCm: number, scaleCm: number, seconds: number, movedS: number): void {
    const { cells } = this;
    const start = index * VALUES;
    const first = this.first[index] as number;
    const variance = scaleCm * scaleCm;
    const stops = 1 - decayOver(movedS / LEAVES_LAST_S);
    const sets = (stops * LEAVES_LAST_S) / LEAVES_EVERY_S;
    const ends = 1 - decayOver(seconds / REFLECTIONS_LAST_S);
    const begins = (ends * REFLECTIONS_LAST_S) / REFLECTIONS_EVERY_S;
    const jumpCm = distanceCm - (cells[start + LAST_CM] as number);
    const unlike = 1 + (jumpCm * jumpCm) / (ALIKE_SCALES * variance);
    const elsewhere = Math.min(MOST_ELSEWHERE, REFLECTED_ELSEWHERE + REFLECTED_SOON_S / seconds);
    const far = Math.max(0, distanceCm) / FAR_CM;
    const reflected = REFLECTED / (1 + far * far);
    const goesOn = (1 - ends) * (elsewhere + (1 - elsewhere) / (unlike * unlike));
    const seenCm = Math.max((first - INSIDE_CELLS + 0.5) * CELL_CM, Math.min(MOST_CM, distanceCm));
    const perVariance = 1 / (3 * variance * (seconds > 0 ? 1 + (2 * CORRELATION_S) / seconds : 1));
    let inside = 0;
    let sum = 0;
    for (let i = first; i < CELLS; i++) {
      const cell = start + i;
      const stays = cells[cell] as number;
      const leaves = cells[cell + LEAVING] as number;
      const lost = cells[cell + REFLECTING] as number;
      const offCm = seenCm - (i - INSIDE_CELLS + 0.5) * CELL_CM;
      const spread = 1 + offCm * offCm * perVariance;
      const fits = 1 / (spread * spread);
      const about = stays * (1 - sets) + leaves * stops;
      const leaving = stays * sets + leaves * (1 - stops);
      const seen = (cells[cell] = (about * (1 - begins) + lost * ends) * fits);
      const left = (cells[cell + LEAVING] = leaving * (1 - begins) * fits);
      const hidden = (cells[cell + REFLECTING] = ((about + leaving) * begins + lost * goesOn) * reflected);
      sum += seen + left + hidden;
      if (i < INSIDE_CELLS) inside = sum;
    }
    for (let i = start; i < start + LAST_CM; i++) cells[i] = (cells[i] as number) / sum;
    cells[start + LAST_CM] = distanceCm;
    this.outside[index] = 1 - inside / sum;
  }
}
