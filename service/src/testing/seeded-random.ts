import { createHash } from "node:crypto";
import type { Random } from "../time/random.ts";

/** The same bytes for the same seed and the same calls. For tests: whoever knows the seed knows all bytes. */
export function seededRandom(seed: number): Random {
  let calls = 0;
  return {
    bytes: (count) => {
      const call = `${seed}.${calls++}`;
      return createHash("shake256", { outputLength: Math.max(1, count) })
        .update(call)
        .digest()
        .subarray(0, count);
    },
  };
}
