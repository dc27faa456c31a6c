import { insideCm, outsideCm } from "./distance-sign.ts";
import type { RingEdges } from "./ring-edges.ts";
import type { RingMemory } from "./ring-memory.ts";

/** The grid reaches so far beyond the ring, so that points just outside find their edges too. */
const MARGIN_CM = 3_000;

/** Rounding of a stored distance and of a point's cell. */
const SLACK_CM = 2;

/**
 * A grid over a polygon. Every cell holds the signed distance at its centre, from which no point of the cell differs
 * by more than half the cell's diagonal, and the edges that can be nearest to a point of it. Every row holds the edges
 * that reach into it.
 */
export class RingGrid {
  /** Cell centre deepest inside, E7 from the ring's origin, and its distance from the edge. */
  deepestEast = 0;
  deepestNorth = 0;
  deepestCm = 0.5;
  private readonly memory: RingMemory;
  private readonly edges: RingEdges;
  private readonly firstCell: number;
  private readonly firstCellStart: number;
  private readonly firstRowStart: number;
  private west = 0;
  private south = 0;
  private cellsPerEast = 0.5;
  private cellsPerNorth = 0.5;
  private cellRadiusCm = 0.5;

  /** `slot`: which part of the memory's cells is this grid's, 0 to MAX_GEOFENCES - 1. */
  constructor(memory: RingMemory, edges: RingEdges, slot: number) {
    const side = memory.gridSide;
    this.memory = memory;
    this.edges = edges;
    this.firstCell = slot * side * side;
    this.firstCellStart = slot * (side * side + 1);
    this.firstRowStart = slot * (side + 1);
  }

  /** Lays the grid over the edges. */
  lay(): void {
    const { edges, memory } = this;
    const marginEast = Math.ceil(MARGIN_CM / edges.cmPerEast);
    const marginNorth = Math.ceil(MARGIN_CM / edges.cmPerNorth);
    const cellEast = (edges.east - edges.west + 2 * marginEast) / memory.gridSide;
    const cellNorth = (edges.north - edges.south + 2 * marginNorth) / memory.gridSide;
    this.west = edges.west - marginEast;
    this.south = edges.south - marginNorth;
    this.cellsPerEast = 1 / cellEast;
    this.cellsPerNorth = 1 / cellNorth;
    const x = (cellEast * edges.cmPerEast) / 2;
    const y = (cellNorth * edges.cmPerNorth) / 2;
    this.cellRadiusCm = Math.sqrt(x * x + y * y) + SLACK_CM;
    this.fillRows(cellNorth);
    this.fillCells(cellEast, cellNorth);
  }

  /** As Geofences.distanceCm, for a point in E7 from the ring's origin. */
  distanceCm(east: number, north: number, exactWithinCm: number): number {
    const { edges, memory } = this;
    const side = memory.gridSide;
    const column = (east - this.west) * this.cellsPerEast;
    const row = (north - this.south) * this.cellsPerNorth;
    if (!(column >= 0 && row >= 0 && column < side && row < side)) {
      return outsideCm(edges.leastCm(memory.allEdges, 0, edges.count, east, north));
    }
    const cell = (row | 0) * side + (column | 0);
    const centreCm = memory.centreCm[this.firstCell + cell] ?? 0;
    const boundCm = (centreCm < 0 ? -centreCm : centreCm) - this.cellRadiusCm;
    if (boundCm >= exactWithinCm) return centreCm < 0 ? insideCm(boundCm) : outsideCm(boundCm);
    const leastCm = this.leastCm(cell, east, north);
    const inside = boundCm > 0 ? centreCm < 0 : this.isInside(row | 0, east, north);
    return inside ? insideCm(leastCm) : outsideCm(leastCm);
  }

  private leastCm(cell: number, east: number, north: number): number {
    const { edges, memory } = this;
    const start = memory.cellStart[this.firstCellStart + cell] ?? 0;
    const stop = memory.cellStart[this.firstCellStart + cell + 1] ?? 0;
    if (start === stop) return edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    return edges.leastCm(memory.candidates, start, stop, east, north);
  }

  private isInside(row: number, east: number, north: number): boolean {
    const { edges, memory } = this;
    if (memory.rowsOverflow) return edges.isInside(memory.allEdges, 0, edges.count, east, north);
    const start = memory.rowStart[this.firstRowStart + row] ?? 0;
    const stop = memory.rowStart[this.firstRowStart + row + 1] ?? 0;
    return edges.isInside(memory.rowEdges, start, stop, east, north);
  }

  private fillRows(cellNorth: number): void {
    const { memory } = this;
    for (let row = 0; row < memory.gridSide; row++) {
      memory.rowStart[this.firstRowStart + row] = memory.usedRowEdges;
      const south = this.south + row * cellNorth - SLACK_CM;
      this.listRow(south, south + cellNorth + 2 * SLACK_CM);
    }
    memory.rowStart[this.firstRowStart + memory.gridSide] = memory.usedRowEdges;
  }

  private listRow(south: number, north: number): void {
    const { edges, memory } = this;
    for (let edge = 0; edge < edges.count; edge++) {
      const from = memory.north[edges.first + edge] ?? 0;
      const to = memory.north[memory.next[edges.first + edge] ?? 0] ?? 0;
      if (Math.min(from, to) > north || Math.max(from, to) < south) continue;
      if (memory.usedRowEdges < memory.rowEdges.length) memory.rowEdges[memory.usedRowEdges++] = edge;
      else memory.rowsOverflow = true;
    }
  }

  private fillCells(cellEast: number, cellNorth: number): void {
    const { memory } = this;
    const side = memory.gridSide;
    this.deepestCm = 0;
    for (let cell = 0; cell < side * side; cell++) {
      const row = Math.floor(cell / side);
      const east = Math.round(this.west + ((cell % side) + 0.5) * cellEast);
      const north = Math.round(this.south + (row + 0.5) * cellNorth);
      this.fillCell(cell, row, east, north);
      this.listCandidates(cell, east, north, cellEast / 4, cellNorth / 4);
    }
    memory.cellStart[this.firstCellStart + side * side] = memory.usedCandidates;
  }

  private fillCell(cell: number, row: number, east: number, north: number): void {
    const { edges, memory } = this;
    const leastCm = edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    const inside = this.isInside(row, east, north);
    memory.centreCm[this.firstCell + cell] = inside ? -leastCm : leastCm;
    if (!inside || leastCm <= this.deepestCm) return;
    this.deepestCm = leastCm;
    this.deepestEast = east;
    this.deepestNorth = north;
  }

  /** An edge is a candidate when it can be nearest to a point in one of the cell's quarters. No room: an empty list. */
  private listCandidates(
    cell: number,
    east: number,
    north: number,
    quarterEast: number,
    quarterNorth: number,
  ): void {
    const { edges, memory } = this;
    const start = memory.usedCandidates;
    memory.cellStart[this.firstCellStart + cell] = start;
    memory.excessCm.fill(Infinity);
    for (let quarter = 0; quarter < 4; quarter++) {
      const towardsEast = quarter % 2 === 0 ? quarterEast : -quarterEast;
      const towardsNorth = quarter < 2 ? quarterNorth : -quarterNorth;
      this.measureExcess(east + towardsEast, north + towardsNorth);
    }
    for (let edge = 0; edge < edges.count; edge++) {
      if ((memory.excessCm[edge] ?? 0) > this.cellRadiusCm) continue;
      if (memory.usedCandidates >= memory.candidates.length) {
        memory.usedCandidates = start;
        return;
      }
      memory.candidates[memory.usedCandidates++] = edge;
    }
  }

  /** How much farther each edge is than the nearest one, if that is less than before. */
  private measureExcess(east: number, north: number): void {
    const { edges, memory } = this;
    const nearestCm = edges.leastCm(memory.allEdges, 0, edges.count, east, north);
    for (let edge = 0; edge < edges.count; edge++) {
      const excessCm = edges.leastCm(memory.allEdges, edge, edge + 1, east, north) - nearestCm;
      if (excessCm < (memory.excessCm[edge] ?? 0)) memory.excessCm[edge] = excessCm;
    }
  }
}
