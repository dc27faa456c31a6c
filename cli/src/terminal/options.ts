import { InvalidArgumentError, Option } from "commander";

const DEFAULT_DATA = "data";

/** `--data DIR`. */
export function dataOption(): Option {
  return new Option("--data <dir>", "folder that holds everything").default(DEFAULT_DATA);
}

/** What to add to a command that is to find the same data, as it is typed: a blank and the option, or nothing. */
export function sameData(data: string): string {
  if (data === DEFAULT_DATA) return "";
  return ` --data ${/^[\w./-]+$/.test(data) ? data : `'${data.replaceAll("'", "'\\''")}'`}`;
}

/** `--json`. */
export function jsonOption(): Option {
  return new Option("--json", "print JSON for a script, one object a line");
}

/** A port number, 0 for any. */
export function parsePort(text: string): number {
  return parseWhole(text, 0, 65_535);
}

/** A port number that others must know beforehand. */
export function parseFixedPort(text: string): number {
  return parseWhole(text, 1, 65_535);
}

/** A number of days, up to a century. */
export function parseDays(text: string): number {
  return parseWhole(text, 1, 365);
}

/** A number of tags, up to 10,000. */
export function parseCount(text: string): number {
  return parseWhole(text, 1, 10_000);
}

/** Times as fast as real time: 0.1 to 1,000,000, or "max" as Infinity. */
export function parseSpeed(text: string): number {
  if (text === "max") return Infinity;
  const value = /^[\d.]{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= 0.1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('It must be a number from 0.1 to 1000000, or "max".');
}

function parseWhole(text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
}

/** Collects an option that may be given several times. */
export function collect(value: string, former: readonly string[]): readonly string[] {
  return [...former, value];
}

/** Lines of examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return ["", "Examples:", ...lines.map((line) => `  $ purrimeter ${line}`)].join("\n");
}
