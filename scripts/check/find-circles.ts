/** Walks depth first; a node that is met again while what it leads to is being walked closes a circle. */
class CircleFinder {
  readonly circles: string[][] = [];
  readonly #done = new Set<string>();
  readonly #way: string[] = [];
  readonly #nextOf: (node: string) => readonly string[];

  constructor(nextOf: (node: string) => readonly string[]) {
    this.#nextOf = nextOf;
  }

  visit(node: string): void {
    if (this.#done.has(node)) return;
    const start = this.#way.indexOf(node);
    if (start !== -1) {
      this.circles.push([...this.#way.slice(start), node]);
      return;
    }
    this.#way.push(node);
    for (const next of this.#nextOf(node)) this.visit(next);
    this.#way.pop();
    this.#done.add(node);
  }
}

/** Circles of a graph, each from a node to itself; at least one where there are any, not all that there are. */
export function findCircles(
  nodes: Iterable<string>,
  nextOf: (node: string) => readonly string[],
): readonly (readonly string[])[] {
  const finder = new CircleFinder(nextOf);
  for (const node of nodes) finder.visit(node);
  return finder.circles;
}
