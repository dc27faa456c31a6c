import { lonDeltaE7 } from "@purrimeter/protocol/lon-delta";
import type { LatE7, LonE7 } from "@purrimeter/protocol/values";

interface Vertex {
  readonly latE7: LatE7;
  readonly lonE7: LonE7;
}

interface Edge {
  readonly from: Vertex;
  readonly to: Vertex;
}

/** Positive when `to` is to the left of the edge, negative to its right, 0 on its line. */
function turn({ from, to }: Edge, other: Vertex): number {
  const [x, y] = [lonDeltaE7(from.lonE7, to.lonE7), to.latE7 - from.latE7];
  return x * (other.latE7 - from.latE7) - y * lonDeltaE7(from.lonE7, other.lonE7);
}

function cross(one: Edge, other: Edge): boolean {
  const here = Math.sign(turn(one, other.from)) * Math.sign(turn(one, other.to));
  return here < 0 && Math.sign(turn(other, one.from)) * Math.sign(turn(other, one.to)) < 0;
}

/** Why an open ring of at most 100 vertices bounds no one area; undefined when it does. */
export function ringFault(ring: readonly Vertex[]): "degenerate" | "crosses-itself" | undefined {
  const corners = ring.filter(({ latE7, lonE7 }, i) => {
    const next = ring[(i + 1) % ring.length];
    return next?.latE7 !== latE7 || next.lonE7 !== lonE7;
  });
  if (corners.length < 3) return "degenerate";
  const edges = corners.map((from, i): Edge => ({ from, to: corners[(i + 1) % corners.length] ?? from }));
  for (const [i, one] of edges.entries())
    for (const other of edges.slice(i + 2)) if (cross(one, other)) return "crosses-itself";
  return undefined;
}
