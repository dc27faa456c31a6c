import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SERVICE_NAMES } from "../services/service-registry.ts";
import { settingKeys, type SettingJsonSchema } from "./setting-keys.ts";
import { settingsSchema } from "./settings-schema.ts";

const PAGE = new URL("../../../docs/operating.md", import.meta.url);

interface Documented {
  readonly type: string;
  readonly default: string;
  readonly range: string;
}

/** The rows of the tables of keys: key, type, default, range, meaning. */
function documented(): Map<string, Documented> {
  const rows = readFileSync(PAGE, "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7 && /^`[a-z][\w.-]*`$/i.test(cells[1] ?? ""));
  return new Map(
    rows.map(([, key = "", type = "", value = "", range = "", meaning = ""]) => {
      expect([key, meaning.length > 0]).toEqual([key, true]);
      return [key.slice(1, -1), { type, default: value, range }];
    }),
  );
}

const keys = settingKeys(settingsSchema(SERVICE_NAMES)).filter(
  ({ schema }) => schema.properties === undefined,
);

const TYPES: Readonly<Record<string, string>> = {
  integer: "whole number",
  number: "number",
  string: "text",
  boolean: "true or false",
  array: "list of text",
};

/** The limits that a schema has, as the page writes them; undefined for what words describe. */
function rangeOf({
  minimum,
  maximum,
  minLength,
  maxLength,
  maxItems,
  enum: values,
}: SettingJsonSchema): string | undefined {
  if (minimum !== undefined) return `${minimum} to ${maximum}`;
  if (minLength !== undefined) return `${minLength} to ${maxLength} characters`;
  if (maxItems !== undefined) return `at most ${maxItems}`;
  return values?.map((value) => `\`${value}\``).join(" or ");
}

test("the page lists the keys of the schema and no others", () => {
  expect([...documented().keys()].toSorted()).toEqual(keys.map(({ path }) => path).toSorted());
});

test.each(keys)("$path has the type, default and range that the page says", ({ path, schema }) => {
  const row = documented().get(path);
  const value = schema.default === undefined ? "none" : `\`${JSON.stringify(schema.default)}\``;
  expect([row?.type, row?.default]).toEqual([TYPES[schema.type ?? ""], value]);
  const range = rangeOf(schema);
  if (range !== undefined) expect(row?.range).toBe(range);
});
