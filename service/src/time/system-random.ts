import { randomBytes } from "node:crypto";
import type { Random } from "./random.ts";

/** The machine's randomness, fit for keys. */
export const systemRandom: Random = { bytes: (count) => randomBytes(count) };
