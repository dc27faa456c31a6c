import { setFlagsFromString } from "node:v8";

/**
 * Thousands of idle tags make no garbage, but those that connect do: V8 would let its young generation grow to
 * 48 MiB, and its old one to twice of what lives, which is 40 KiB a tag at 2,000 tags. Both flags are read whenever
 * the heap could grow, so they work after the start. Reports a second stay the same.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=20");
}
