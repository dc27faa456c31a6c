import { parseStrictJson, type ParsedJson } from "@purrimeter/service/strict-json";
import { lstatSync, readFileSync } from "node:fs";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { describeIssue } from "./describe-issue.ts";
import { describeJsonFault } from "./describe-json-fault.ts";
import { settingKeys } from "./setting-keys.ts";
import { settingsSchema, type Settings } from "./settings-schema.ts";

/** More than the sections and lists of any key need. */
const MAX_DEPTH = 8;

const NO_FILE: ParsedJson = { ok: true, value: {} };

/**
 * The settings of a file, with defaults for what it leaves out; defaults alone when there is no file. Fails with one line
 * for each key that is wrong: file, key, limit. `services`: names of those that may have a port for metrics.
 */
export function readSettings(file: string, services: readonly string[]): Settings | Failure {
  const text = readIfThere(file);
  if (text !== undefined && isFailure(text)) return text;
  const json = text === undefined ? NO_FILE : parseStrictJson(text, MAX_DEPTH);
  if (!json.ok) return failed(`${file}: ${describeJsonFault(json.fault, text)}`);
  const schema = settingsSchema(services);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const known = settingKeys(schema).map(({ path }) => path);
  const lines = parsed.error.issues.flatMap((issue) => describeIssue(issue, known));
  return failed([...new Set(lines)].map((line) => `${file}: ${line}`).join("\n"));
}

/** Only a file that is not there is no file: one that cannot be seen must not bring all defaults back. */
function readIfThere(file: string): Buffer | undefined | Failure {
  try {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return failed(`${file}: cannot be read (${code})`);
  }
}

/** What holds without a file. */
export function defaultSettings(services: readonly string[]): Settings {
  return settingsSchema(services).parse({});
}
