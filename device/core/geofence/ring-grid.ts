import { insideCm, outsideCm } from "./distance-sign.ts";
import type { RingEdges } from "./ring-edges.ts";
import type { RingMemory } from "./ring-memory.ts";

/** How far the grid extends beyond the ring, so that points just outside find their edges too. */
const MARGIN_CM = 3_000;

/** Rounding of two distances and of a point's cell. */
const SLACK_CM = 3;

/** Cells farther from every edge have no list; an exact distance there needs the whole ring. */
const LISTED_WITHIN_CM = 3500;

/** The edge in a candidate's number, and the mark of a lone candidate that has the inside on its left. */
const EDGE = 127;
const LEFT_IS_INSIDE = 128;

/**
 * A grid over a polygon. Every cell holds the signed distance at its centre, which differs from that of any point of the
 * cell by at most half the cell's diagonal, and the edges that can be nearest to a point of it. Every row holds the edges
 * that reach into it.
 */
export class RingGrid {
  /** Cell centre deepest inside, E7 from the ring's origin, and its distance from the edge. */
  deepestEast = 0;
  deepestNorth = 0;
  deepestCm = 0.5;
  private readonly memory: RingMemory;
  private readonly edges: RingEdges;
  private readonly slot: number;
  private side = 1;
  private firstCell = 0;
  private firstCellStart = 0;
  private firstRowStart = 0;
  private west = 0;
  private south = 0;
  private cellsPerEast = 0.5;
  private cellsPerNorth = 0.5;
  private cellRadiusCm = 0.5;

  /** `slot`: which part of the memory's cells is this grid's, 0 to MAX_GEOFENCES - 1. */
  constructor(memory: RingMemory, edges: RingEdges, slot: number) {
    this.memory = memory;
    this.edges = edges;
    this.slot = slot;
  }

  /** Builds the grid over the edges. */
  lay(): void {
    const { edges, memory } = this;
    const side = memory.gridSide;
    this.side = side;
    this.firstCell = this.slot * side * side;
    this.firstCellStart = this.slot * (side * side + 1);
    this.firstRowStart = this.slot * (side + 1);
    const marginEast = Math.ceil(MARGIN_CM / edges.cmPerEast);
    const marginNorth = Math.ceil(MARGIN_CM / edges.cmPerNorth);
    const cellEast = (edges.east - edges.west + 2 * marginEast) / side;
    const cellNorth = (edges.north - edges.south + 2 * marginNorth) / side;
    this.west = edges.west - marginEast;
    this.south = edges.south - marginNorth;
    this.cellsPerEast = 1 / cellEast;
    this.cellsPerNorth = 1 / cellNorth;
    const x = (cellEast * edges.cmPerEast) / 2;
    const y = (cellNorth * edges.cmPerNorth) / 2;
    this.cellRadiusCm = Math.sqrt(x * x + y * y) + SLACK_CM;
    this.fillRows(cellNorth);
    this.fillCells(cellEast, cellNorth);
    this.deepen(cellEast, cellNorth);
  }

  /** Improves the deepest place until a step of a few cm finds none deeper. */
  private deepen(cellEast: number, cellNorth: number): void {
    for (
      let part = 0.5;
      part > 0.002;
      part = this.stepDeeper(cellEast * part, cellNorth * part) ? part : part / 2
    );
  }

  private stepDeeper(stepEast: number, stepNorth: number): boolean {
    const fromEast = this.deepestEast;
    const fromNorth = this.deepestNorth;
    const before = this.deepestCm;
    for (let step = 0; step < 9; step++) {
      const east = Math.round(fromEast + ((step % 3) - 1) * stepEast);
      const north = Math.round(fromNorth + (Math.floor(step / 3) - 1) * stepNorth);
      this.tryDeepest(east, north);
    }
    return this.deepestCm > before + SLACK_CM;
  }

  private tryDeepest(east: number, north: number): void {
    const { edges, memory } = this;
    const leastCm = edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    if (leastCm <= this.deepestCm || !edges.isInside(memory.allEdges, 0, edges.count, east, north)) return;
    this.deepestCm = leastCm;
    this.deepestEast = east;
    this.deepestNorth = north;
  }

  /** As Geofences.distanceCm, for a point in E7 from the ring's origin. */
  distanceCm(east: number, north: number, exactWithinCm: number): number {
    const { edges, memory } = this;
    const side = this.side;
    const column = (east - this.west) * this.cellsPerEast;
    const row = (north - this.south) * this.cellsPerNorth;
    if (!(column >= 0 && row >= 0 && column < side && row < side)) {
      return edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    }
    const cell = (row | 0) * side + (column | 0);
    const centreCm = memory.centreCm[this.firstCell + cell] as number;
    const boundCm = (centreCm < 0 ? -centreCm : centreCm) - this.cellRadiusCm;
    if (boundCm >= exactWithinCm) return centreCm < 0 ? insideCm(boundCm) : outsideCm(boundCm);
    const start = memory.cellStart[this.firstCellStart + cell] as number;
    const stop = memory.cellStart[this.firstCellStart + cell + 1] as number;
    if (stop === start + 1) {
      return this.besideOnlyEdge(memory.candidates[start] as number, row | 0, east, north);
    }
    const leastCm = this.leastCm(start, stop, east, north);
    const inside = boundCm > 0 ? centreCm < 0 : this.isInside(row | 0, east, north);
    return inside ? -1 - leastCm : leastCm;
  }

  /** Every point of the cell is nearest to this edge, within its length: the line through it gives distance and side. */
  private besideOnlyEdge(candidate: number, row: number, east: number, north: number): number {
    const leftCm = this.edges.besideCm(candidate & EDGE, east, north);
    const fromEdgeCm = candidate > EDGE ? -leftCm : leftCm;
    // Less than a cm from the line, only the even-odd rule knows whose the edge is.
    if (fromEdgeCm > -1 && fromEdgeCm < 1) return this.isInside(row, east, north) ? -1 : 0;
    return fromEdgeCm < 0 ? insideCm(-fromEdgeCm) : outsideCm(fromEdgeCm);
  }

  private leastCm(start: number, stop: number, east: number, north: number): number {
    const { edges, memory } = this;
    if (start === stop) return edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    return edges.leastCm(memory.candidates, start, stop, east, north);
  }

  private isInside(row: number, east: number, north: number): boolean {
    const { edges, memory } = this;
    if (memory.rowsOverflow) return edges.isInside(memory.allEdges, 0, edges.count, east, north);
    const start = memory.rowStart[this.firstRowStart + row] as number;
    const stop = memory.rowStart[this.firstRowStart + row + 1] as number;
    return edges.isInside(memory.rowEdges, start, stop, east, north);
  }

  private fillRows(cellNorth: number): void {
    const { memory, side } = this;
    for (let row = 0; row < side; row++) {
      memory.rowStart[this.firstRowStart + row] = memory.usedRowEdges;
      const south = this.south + row * cellNorth - SLACK_CM;
      this.listRow(south, south + cellNorth + 2 * SLACK_CM);
    }
    memory.rowStart[this.firstRowStart + side] = memory.usedRowEdges;
  }

  private listRow(south: number, north: number): void {
    const { edges, memory } = this;
    for (let edge = 0; edge < edges.count; edge++) {
      const from = memory.north[edges.first + edge] as number;
      const to = memory.north[memory.next[edges.first + edge] as number] as number;
      if (Math.min(from, to) > north || Math.max(from, to) < south) continue;
      if (memory.usedRowEdges < memory.rowEdges.length) memory.rowEdges[memory.usedRowEdges++] = edge;
      else memory.rowsOverflow = true;
    }
  }

  private fillCells(cellEast: number, cellNorth: number): void {
    const { memory, side } = this;
    this.deepestCm = 0;
    for (let cell = 0; cell < side * side; cell++) {
      const row = Math.floor(cell / side);
      const east = Math.round(this.west + ((cell % side) + 0.5) * cellEast);
      const north = Math.round(this.south + (row + 0.5) * cellNorth);
      const fromEdgeCm = this.measureCell(row, east, north);
      memory.centreCm[this.firstCell + cell] = fromEdgeCm;
      memory.cellStart[this.firstCellStart + cell] = memory.usedCandidates;
      if (Math.abs(fromEdgeCm) > LISTED_WITHIN_CM) continue;
      this.measureQuarters(east, north, cellEast / 4, cellNorth / 4);
      this.listCandidates(memory.usedCandidates);
      this.markLone(memory.cellStart[this.firstCellStart + cell] as number, east, north, fromEdgeCm);
    }
    memory.cellStart[this.firstCellStart + side * side] = memory.usedCandidates;
  }

  private measureCell(row: number, east: number, north: number): number {
    const { edges, memory } = this;
    const leastCm = edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    if (!this.isInside(row, east, north)) return leastCm;
    if (leastCm > this.deepestCm) {
      this.deepestCm = leastCm;
      this.deepestEast = east;
      this.deepestNorth = north;
    }
    // Not -leastCm: a centre less than a cm inside would give -0, which is no side.
    return -1 - leastCm;
  }

  /** Finds how much farther than the nearest each edge is, at the centre of the quarter where that is least. */
  private measureQuarters(east: number, north: number, quarterEast: number, quarterNorth: number): void {
    this.memory.excessCm.fill(Infinity);
    for (let quarter = 0; quarter < 4; quarter++) {
      const towardsEast = quarter % 2 === 0 ? quarterEast : -quarterEast;
      const towardsNorth = quarter < 2 ? quarterNorth : -quarterNorth;
      this.measureExcess(east + towardsEast, north + towardsNorth);
    }
  }

  private measureExcess(east: number, north: number): void {
    const { edges, memory } = this;
    let nearestCm = Infinity;
    for (let edge = 0; edge < edges.count; edge++) {
      const edgeCm = edges.leastCm(memory.allEdges, edge, edge + 1, east, north);
      memory.edgeCm[edge] = edgeCm;
      nearestCm = Math.min(nearestCm, edgeCm);
    }
    for (let edge = 0; edge < edges.count; edge++) {
      const excessCm = (memory.edgeCm[edge] as number) - nearestCm;
      memory.excessCm[edge] = Math.min(memory.excessCm[edge] as number, excessCm);
    }
  }

  /** An edge can be nearest to a point of a quarter when it exceeds by no more than the quarter's diagonal. */
  private listCandidates(start: number): void {
    const { edges, memory } = this;
    for (let edge = 0; edge < edges.count; edge++) {
      if ((memory.excessCm[edge] as number) > this.cellRadiusCm) continue;
      if (memory.usedCandidates >= memory.candidates.length) {
        memory.usedCandidates = start;
        return;
      }
      memory.candidates[memory.usedCandidates++] = edge;
    }
  }

  private markLone(start: number, east: number, north: number, fromEdgeCm: number): void {
    const { edges, memory } = this;
    if (memory.usedCandidates !== start + 1) return;
    const edge = memory.candidates[start] as number;
    const isLeft = edges.besideCm(edge, east, north) > 0;
    if (isLeft === fromEdgeCm < 0) memory.candidates[start] = edge | LEFT_IS_INSIDE;
  }
}
