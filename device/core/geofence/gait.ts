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
const ELSEWHERE_PER_S = 5e-8;

/** Cells of zeros on either side, as many as the longest steps have. */
const MARGIN = 30;

/** The number of whole cells in a distance of `cm`. */
function cellsOf(cm: number): number {
  return Math.floor(cm / CELL_CM + 0.5);
}

/** Moves the probabilities of a cat's distance from an edge forward in time. Made once. */
export class Gait {
  private readonly before: Float64Array;
  private readonly cells: Float64Array;

  /** `cells`: the probabilities that it moves. */
  constructor(cells: Float64Array) {
    this.cells = cells;
    this.before = new Float64Array(CELLS + 2 * MARGIN);
  }

  /** Lets the cat of the cells from `start + first` on rest, walk about every `everyS`, or be anywhere. */
  stray(start: number, first: number, seconds: number, everyS: number, passedS: number): void {
    const { cells } = this;
    const sum = this.take(start);
    const walks = 1 - decayOver(seconds / everyS);
    const elsewhere = passedS * ELSEWHERE_PER_S;
    const step = (REST_CM / CELL_CM) * Math.sqrt(seconds / 60);
    // Steps of the same variance as two-sided geometric ones.
    const variance = 6 * step * (1 + step);
    const rest = 1 + Math.floor(Math.sqrt(variance));
    const moves = ((1 - walks - elsewhere) * variance) / (rest * (rest + 1));
    const stays = 1 - walks - elsewhere - moves;
    for (let i = first; i < CELLS; i++)
      cells[start + i] = (sum * elsewhere) / (CELLS - first) + (cells[start + i] as number) * stays;
    const turningCm = WALK_CM + TURNING_CM_S * seconds;
    const reach = Math.floor(Math.min(WALK_CM_S * seconds, turningCm, MOST_WALK_CM) / CELL_CM);
    this.spread(start, first, -reach, reach, walks);
    this.spread(start, first, -rest, rest, moves);
  }

  /** Lets the cat of the cells from `start + first` on move outward. */
  leave(start: number, first: number, seconds: number): void {
    this.take(start);
    this.cells.fill(0, start, start + CELLS);
    const least = cellsOf(LEAVES_CM_S * Math.min(seconds, LEAVES_S));
    const most = cellsOf(LEAVES_MOST_CM_S * Math.min(seconds, LEAVES_MOST_S));
    this.spread(start, first, least, most, 1);
  }

  /** Keeps the cells as they were and returns their sum. */
  private take(start: number): number {
    const { before, cells } = this;
    let sum = 0;
    for (let i = 0; i < CELLS; i++) sum += before[MARGIN + i] = cells[start + i] as number;
    return sum;
  }

  /** Adds steps of `least` to `most` cells, all equally likely. What passes an end stays in the last cell. */
  private spread(start: number, first: number, least: number, most: number, weight: number): void {
    const { before, cells } = this;
    const share = weight / (most - least + 1);
    let within = 0;
    for (let to = first + least; to < CELLS + most; to++) {
      within += (before[MARGIN + to - least] as number) - (before[MARGIN + to - most - 1] as number);
      const cell = start + Math.max(first, Math.min(CELLS - 1, to));
      cells[cell] = (cells[cell] as number) + within * share;
    }
  }
}
