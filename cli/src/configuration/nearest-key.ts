/** The known key that a person most likely meant, by its last part; of two as near, the one in the same section. */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
  const cost = (key: string): number =>
    2 * editDistance(lastPart(unknown), lastPart(key)) + (section(unknown) === section(key) ? 0 : 1);
  return known.toSorted((a, b) => cost(a) - cost(b))[0];
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1).toLowerCase();
}

function section(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(".")));
}

/** Letters to insert, remove or exchange (Levenshtein, 1965). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
