import { CELL_CM, CELLS, decayOver } from "./belief-cells.ts";

/** How far a resting cat moves in a minute, on average; it grows with the square root of the time. */
const REST_CM = 270;

/**
 * A cat that walks about moves at up to 0.75 m/s (99 % of the recorded steps of three minutes are slower). After a minute
 * it turns or sits down: its distance across an edge then grows more slowly, and not beyond 100 m.
 */
const WALK_CM_S = 75;
const WALK_CM = 5_000;
const TURNING_CM_S = 17;
const MOST_WALK_CM = 10_000;

/** A cat that leaves moves steadily outward: least speed for a minute, greatest speed for four minutes. */
const LEAVES_CM_S = 30;
const LEAVES_S = 60;
const LEAVES_MOST_CM_S = 70;
const LEAVES_MOST_S = 240;

/** Chance per second that the cat is anywhere (a car, a gap, a wrong model), so that the model can always recover. */
const ELSEWHERE_PER_S = 1.7e-7;

function reachOf(seconds: number): number {
  const turning = WALK_CM + TURNING_CM_S * seconds;
  return Math.floor(Math.min(WALK_CM_S * seconds, turning, MOST_WALK_CM) / CELL_CM);
}

/** The number of whole cells in a distance of `cm`. */
function cellsOf(cm: number): number {
  return Math.floor(cm / CELL_CM + 0.5);
}

/** Moves the probabilities of a cat's distance from an edge forward in time. Made once. */
export class Gait {
  private readonly before: Float64Array;
  private readonly passed: Float64Array;

  constructor() {
    this.before = new Float64Array(CELLS);
    this.passed = new Float64Array(CELLS);
  }

  /** Lets the cat of the cells from `start + first` on rest, walk about every `everyS`, or be anywhere. */
  stray(cells: Float64Array, start: number, first: number, seconds: number, everyS: number): void {
    const { before } = this;
    let sum = 0;
    for (let i = first; i < CELLS; i++) {
      before[i] = cells[start + i] as number;
      sum += before[i] as number;
    }
    const elsewhere = seconds * ELSEWHERE_PER_S;
    for (let i = first; i < CELLS; i++) cells[start + i] = (sum * elsewhere) / (CELLS - first);
    const walks = 1 - decayOver(seconds / everyS);
    this.rest(cells, start, first, seconds, 1 - walks - elsewhere);
    this.walk(cells, start, first, reachOf(seconds), walks);
  }

  /** Lets the cat of the cells from `start + first` on move outward. What passes the end stays in the last cell. */
  leave(cells: Float64Array, start: number, first: number, seconds: number): void {
    const { before } = this;
    const least = cellsOf(LEAVES_CM_S * Math.min(seconds, LEAVES_S));
    const most = cellsOf(LEAVES_MOST_CM_S * Math.min(seconds, LEAVES_MOST_S));
    const share = 1 / (most - least + 1);
    let within = 0;
    let above = 0;
    for (let i = first; i < CELLS; i++) {
      const own = cells[start + i] as number;
      before[i] = own;
      if (i - least >= first) within += before[i - least] as number;
      if (i - most > first) within -= before[i - most - 1] as number;
      cells[start + i] = within * share;
      above += own * Math.max(0, Math.min(most - least + 1, i + most - CELLS + 1));
    }
    cells[start + CELLS - 1] = (cells[start + CELLS - 1] as number) + above * share;
  }

  /** Adds two-sided geometric steps: every cell passes the part `carried` to its neighbour. */
  private rest(cells: Float64Array, start: number, first: number, seconds: number, weight: number): void {
    const { before, passed } = this;
    const stepCm = REST_CM * Math.sqrt(seconds / 60);
    const carried = stepCm / (stepCm + CELL_CM);
    const kept = (weight * (1 - carried)) / (1 + carried);
    const atEnd = weight / (1 + carried);
    let flow = 0;
    for (let i = first; i < CELLS; i++) {
      passed[i] = flow;
      flow = (flow + (before[i] as number)) * carried;
    }
    const last = start + CELLS - 1;
    cells[last] = (cells[last] as number) + flow * atEnd;
    flow = 0;
    for (let i = CELLS - 1; i >= first; i--) {
      const own = before[i] as number;
      cells[start + i] = (cells[start + i] as number) + (own + (passed[i] as number) + flow) * kept;
      flow = (flow + own) * carried;
    }
    cells[start + first] = (cells[start + first] as number) + flow * atEnd;
  }

  /**
   * Adds steps of up to `reach` cells in either direction, all equally likely. What passes an end stays in the last cell.
   */
  private walk(cells: Float64Array, start: number, first: number, reach: number, weight: number): void {
    const { before } = this;
    const share = weight / (2 * reach + 1);
    let within = 0;
    for (let i = first; i < first + reach; i++) within += before[i] as number;
    let below = 0;
    let above = 0;
    for (let i = first; i < CELLS; i++) {
      if (i + reach < CELLS) within += before[i + reach] as number;
      if (i > first + reach) within -= before[i - reach - 1] as number;
      cells[start + i] = (cells[start + i] as number) + within * share;
      if (i < first + reach) below += (before[i] as number) * (first + reach - i);
      if (i + reach >= CELLS) above += (before[i] as number) * (i + reach - CELLS + 1);
    }
    cells[start + first] = (cells[start + first] as number) + below * share;
    cells[start + CELLS - 1] = (cells[start + CELLS - 1] as number) + above * share;
  }
}
