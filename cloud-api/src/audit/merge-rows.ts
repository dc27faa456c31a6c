/** A row of a tree. */
export interface TreeRow {
  readonly tree: "accounts" | "locations";
  readonly number: number;
  readonly at: number;
}

/** Rows of both trees as one list: those of a tree in its order, and between the trees by time. */
export function mergeRows<A extends TreeRow, B extends TreeRow>(
  accounts: readonly A[],
  locations: readonly B[],
  limit: number,
): readonly (A | B)[] {
  const merged: (A | B)[] = [];
  let [a, b] = [0, 0];
  while (merged.length < limit) {
    const [account, location] = [accounts[a], locations[b]];
    const next = earlier(account, location);
    if (next === undefined) break;
    if (next === account) a++;
    else b++;
    merged.push(next);
  }
  return merged;
}

function earlier<A extends TreeRow, B extends TreeRow>(
  a: A | undefined,
  b: B | undefined,
): A | B | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.at <= b.at ? a : b;
}
