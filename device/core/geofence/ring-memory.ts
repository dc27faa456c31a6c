import { MAX_GEOFENCES, MAX_TAG_VERTICES, MAX_VERTICES } from "@purrimeter/protocol/limits";

/** A finer grid than this gains nothing for a garden. */
const MAX_SIDE = 32;

/** Candidate edges of all cells of a tag's polygons; a cell without room compares its whole ring instead. */
const CANDIDATES = 6144;

/** Edges by row of all polygons; without room every ring is compared as a whole. */
const ROW_EDGES = 2048;

/**
 * The typed arrays that a tag's polygons share, made once: 23.7 KB with 1,024 cells, of which 7.2 KB are vertices (18 B
 * each), 6.2 KB cells (6 B each) and the rest numbers of edges. A single polygon of 100 vertices uses 1.8 KB of vertices,
 * 6 KB of cells and about 2 KB of numbers; with three others it uses 1.8, 1.5 and 1 KB.
 */
export class RingMemory {
  /** Vertices, E7 from the ring's origin, and the vertex after each. */
  readonly east: Int32Array;
  readonly north: Int32Array;
  readonly next: Uint16Array;
  /** One over the length of the edge that begins at the vertex, 0 for an edge of no length. */
  readonly perLengthCm: Float64Array;
  /** Signed distance at the centre of every cell. */
  readonly centreCm: Float32Array;
  /** Where the candidates of every cell begin; a ring has one more start than cells. */
  readonly cellStart: Uint16Array;
  readonly candidates: Uint8Array;
  readonly rowStart: Uint16Array;
  readonly rowEdges: Uint8Array;
  /** 0, 1, 2...: the list for a ring that is compared as a whole. */
  readonly allEdges: Uint8Array;
  /** For preparation: distance of each edge, and how much farther than the nearest it is. */
  readonly edgeCm: Float64Array;
  readonly excessCm: Float64Array;
  /** Cells a side of every grid. */
  gridSide = 1;
  usedVertices = 0;
  usedCandidates = 0;
  usedRowEdges = 0;
  rowsOverflow = false;
  private readonly cells: number;

  /** `cells`: how many the grids have together, MAX_GEOFENCES or more. */
  constructor(cells: number) {
    this.cells = cells;
    this.east = new Int32Array(MAX_TAG_VERTICES);
    this.north = new Int32Array(MAX_TAG_VERTICES);
    this.next = new Uint16Array(MAX_TAG_VERTICES);
    this.perLengthCm = new Float64Array(MAX_TAG_VERTICES);
    this.centreCm = new Float32Array(cells);
    this.cellStart = new Uint16Array(cells + MAX_GEOFENCES);
    this.candidates = new Uint8Array(CANDIDATES);
    this.rowStart = new Uint16Array(MAX_GEOFENCES * (MAX_SIDE + 1));
    this.rowEdges = new Uint8Array(ROW_EDGES);
    this.allEdges = new Uint8Array(MAX_VERTICES);
    for (let edge = 0; edge < MAX_VERTICES; edge++) this.allEdges[edge] = edge;
    this.edgeCm = new Float64Array(MAX_VERTICES);
    this.excessCm = new Float64Array(MAX_VERTICES);
  }

  /** Removes all rings and divides the cells among `rings` new ones. */
  clear(rings: number): void {
    this.gridSide = Math.min(MAX_SIDE, Math.floor(Math.sqrt(this.cells / Math.max(rings, 1))));
    this.usedVertices = 0;
    this.usedCandidates = 0;
    this.usedRowEdges = 0;
    this.rowsOverflow = false;
  }
}
