import type { Explanation } from "@purrimeter/simulator/decision-trail";
import type { Side } from "@purrimeter/protocol/values";

/** Seconds of UTC as a time of day that everybody reads. */
export function timeText(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
}

/** The explanation as a script gets it: times as text. */
export function explanationValue({ outsideBefore, omitted, fixes }: Explanation): object {
  return { outsideBefore, omitted, fixes: fixes.map((fix) => ({ ...fix, at: timeText(fix.at) })) };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** The explanation for a reader: a line on the belief, and one for each fix. */
export function explanationLines(side: Side, { outsideBefore, omitted, fixes }: Explanation): string[] {
  if (side === "unknown") return ["  no fix has confirmed the side for too long"];
  const before = `  ${side}: the chance of being outside was ${percent(outsideBefore)} before`;
  const earlier = omitted === 0 ? [] : [`  ${omitted} earlier fixes that counted are not listed`];
  const each = fixes.map(({ number, at, distanceM, accuracyM, outside }) => {
    const where = `${Math.abs(distanceM).toFixed(1)} m ${distanceM > 0 ? "outside" : "inside"}`;
    return `  #${number} ${timeText(at)} ${where}, claims ${accuracyM.toFixed(1)} m: outside ${percent(outside)}`;
  });
  return [before, ...earlier, ...each];
}
