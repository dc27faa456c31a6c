import { MAX_GEOFENCES, MAX_TAG_VERTICES, MAX_VERTICES } from "@purrimeter/protocol/limits";

/** Candidate edges of all cells of a tag's polygons; a cell that finds no room walks its ring instead. */
const CANDIDATES = 4096;

/** Edges by row of all polygons; without room every ring is walked whole. */
const ROW_EDGES = 1600;

/**
 * The typed arrays that a tag's polygons share, made once: 18.2 KB with a grid of 12 cells a side, for 8 polygons of 400
 * vertices in all. Of that a polygon of 100 vertices takes about 2.9 KB: 1,000 B of vertices, 576 B of distances, 316 B
 * of starts and 1 KB of edge numbers.
 */
export class RingMemory {
  readonly gridSide: number;
  /** Vertices, E7 from the ring's origin, and the vertex after each. */
  readonly east: Int32Array;
  readonly north: Int32Array;
  readonly next: Uint16Array;
  /** Signed distance at the centre of every cell. */
  readonly centreCm: Float32Array;
  /** Where the candidates of every cell begin; a ring has one more start than cells. */
  readonly cellStart: Uint16Array;
  readonly candidates: Uint8Array;
  readonly rowStart: Uint16Array;
  readonly rowEdges: Uint8Array;
  /** 0, 1, 2...: the list of a ring that is walked whole. */
  readonly allEdges: Uint8Array;
  /** For preparation: how much farther than the nearest each edge is. */
  readonly excessCm: Float64Array;
  usedVertices = 0;
  usedCandidates = 0;
  usedRowEdges = 0;
  rowsOverflow = false;

  constructor(gridSide: number) {
    this.gridSide = gridSide;
    this.east = new Int32Array(MAX_TAG_VERTICES);
    this.north = new Int32Array(MAX_TAG_VERTICES);
    this.next = new Uint16Array(MAX_TAG_VERTICES);
    this.centreCm = new Float32Array(MAX_GEOFENCES * gridSide * gridSide);
    this.cellStart = new Uint16Array(MAX_GEOFENCES * (gridSide * gridSide + 1));
    this.candidates = new Uint8Array(CANDIDATES);
    this.rowStart = new Uint16Array(MAX_GEOFENCES * (gridSide + 1));
    this.rowEdges = new Uint8Array(ROW_EDGES);
    this.allEdges = new Uint8Array(MAX_VERTICES);
    for (let edge = 0; edge < MAX_VERTICES; edge++) this.allEdges[edge] = edge;
    this.excessCm = new Float64Array(MAX_VERTICES);
  }

  /** Forgets all rings. */
  clear(): void {
    this.usedVertices = 0;
    this.usedCandidates = 0;
    this.usedRowEdges = 0;
    this.rowsOverflow = false;
  }
}
