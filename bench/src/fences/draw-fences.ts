import { writeFileSync } from "node:fs";
import { RULES } from "./fence-rules.ts";
import { inventedDays } from "./fence-world.ts";
import { scoreCats, SEEDS } from "./fences.ts";
import type { Watching } from "./watch.ts";

/** Writes docs/fences.svg: false alarms against delay, each rule's curve as its parameter moves. */

const RADIUS_M = 75;
const INTERVAL_S = 60;
const WIDTH = 760;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 740;
const TOP = 30;
const BOTTOM = 400;
const MOST_S = 480;
const LEAST = 0.002;
const MOST = 20;
const COLOURS = ["#b3452c", "#c98a1b", "#4a7bb5", "#8659a8", "#777", "#2f7d4f"];

interface Point {
  readonly delayS: number;
  readonly perDay: number;
  readonly isUsual: boolean;
}

const x = (delayS: number): number => LEFT + (Math.min(delayS, MOST_S) / MOST_S) * (RIGHT - LEFT);
const y = (perDay: number): number =>
  BOTTOM -
  ((Math.log10(Math.max(perDay, LEAST)) - Math.log10(LEAST)) / Math.log10(MOST / LEAST)) * (BOTTOM - TOP);

const watching: Watching = { lookS: INTERVAL_S, receiver: "fitted", seed: SEEDS.reporting };
const cats = inventedDays(300, 2, watching);

/** The curves: the rules whose names begin so, the usual one of each first. */
const CURVES: readonly (readonly [string, ...string[]])[] = [
  ["two in a row", "in a row"],
  ["gate", "gate of errors"],
  ["moving average"],
  ["windowed CUSUM"],
  ["Shiryaev"],
  ["ours"],
];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function curve(names: readonly string[]): Point[] {
  const rules = RULES.filter(({ name }) => names.some((start) => name.startsWith(start)));
  return rules.map((rule) => {
    const score = scoreCats(cats, rule, RADIUS_M, "fixed", INTERVAL_S);
    return {
      delayS: mean(score.delaysS),
      perDay: score.falseAlarms / score.days,
      isUsual: !rule.isOfCurve,
    };
  });
}

function line(points: readonly Point[], colour: string): string {
  const path = points
    .map(({ delayS, perDay }) => `${x(delayS).toFixed(1)},${y(perDay).toFixed(1)}`)
    .join(" ");
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function text(atX: number, atY: number, words: string, anchor = "start", colour = "#222"): string {
  return `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}

function drawCurve(names: readonly [string, ...string[]], index: number): string {
  const colour = COLOURS[index] ?? "#000";
  const points = curve(names).toSorted((a, b) => a.delayS - b.delayS);
  const dots = points.map(({ delayS, perDay, isUsual }) => {
    const radius = isUsual ? 6 : 3;
    return `<circle cx="${x(delayS).toFixed(1)}" cy="${y(perDay).toFixed(1)}" r="${radius}" fill="${colour}"/>`;
  });
  const label = text(RIGHT - 4, TOP + 18 + index * 18, names[0], "end", colour);
  return [line(points, colour), ...dots, label].join("\n");
}

const rows = [0.002, 0.01, 0.1, 1, 10].map(
  (perDay) =>
    `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(perDay)}" y2="${y(perDay)}" stroke="#ddd"/>${text(LEFT - 8, y(perDay) + 4, String(perDay), "end")}`,
);
const columns = [0, 60, 120, 180, 240, 300, 360, 420, 480].map((delayS) =>
  text(x(delayS), BOTTOM + 20, String(delayS), "middle"),
);

writeFileSync(
  new URL("../../../docs/fences.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${rows.join("\n")}
${columns.join("\n")}
${text((LEFT + RIGHT) / 2, HEIGHT - 18, "mean delay of an escape's alarm, s", "middle")}
${text(LEFT, 18, "false alarms per cat-day; large dots: as configured")}
${CURVES.map(drawCurve).join("\n")}
</svg>
`,
);
