function elapsedMs(work: () => void): number {
  const from = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - from) / 1e6;
}

/** The middle of the values; the upper one of two middles. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

/**
 * Times two pieces of work in turn, so that a change of the machine's speed meets both, and gives the medians in
 * milliseconds. The first round of each warms up and does not count.
 */
export function medianRatioRounds(
  ours: () => void,
  peer: () => void,
  rounds: number,
): { oursMs: number; peerMs: number } {
  const oursMs: number[] = [];
  const peerMs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const times = [elapsedMs(ours), elapsedMs(peer)] as const;
    if (round === 0) continue;
    oursMs.push(times[0]);
    peerMs.push(times[1]);
  }
  return { oursMs: medianOf(oursMs), peerMs: medianOf(peerMs) };
}
