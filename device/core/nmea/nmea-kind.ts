import type { NmeaLine } from "./nmea-line.ts";

/** Kinds of sentences that are understood, as bits: which of them an epoch has. */
export const RMC = 1;
export const GGA = 2;
export const GSA = 4;
export const GST = 8;
const ZDA = 16;

function packed(a: number, b: number, c: number): number {
  return (a * 256 + b) * 256 + c;
}

const KIND_RMC = packed(82, 77, 67);
const KIND_GGA = packed(71, 71, 65);
const KIND_GSA = packed(71, 83, 65);
const KIND_GST = packed(71, 83, 84);
const KIND_ZDA = packed(90, 68, 65);

/** Kind of the sentence in the line, whatever the talker; 0 for any other and for proprietary ones. */
export function kindOf(line: NmeaLine): number {
  const { bytes, begin } = line;
  if (line.starts[1] !== 6 || bytes[begin] === 80) return 0;
  switch (packed(bytes[begin + 2]!, bytes[begin + 3]!, bytes[begin + 4]!)) {
    case KIND_RMC:
      return RMC;
    case KIND_GGA:
      return GGA;
    case KIND_GSA:
      return GSA;
    case KIND_GST:
      return GST;
    case KIND_ZDA:
      return ZDA;
    default:
      return 0;
  }
}
