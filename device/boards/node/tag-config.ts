import { asTagId, type TagId } from "@purrimeter/protocol/values";

/** Configuration of a tag that runs on a PC: one JSON file. Paths are relative to the folder that it is started in. */
export interface TagConfig {
  readonly tag: TagId;
  readonly host: string;
  readonly port: number;
  /** PEM files: the tag's own chain and key, and the authority that the bridge's certificate must come from. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** File of the flash. */
  readonly flash: string;
  /** "-" for standard input, or a file or serial device that gives NMEA. */
  readonly nmea: string;
}

const TEXTS = ["host", "certificate", "key", "authority", "flash", "nmea"] as const;

/** The configuration in the JSON text, or one line that describes what is wrong. */
export function parseTagConfig(json: string): TagConfig | string {
  const value = parsed(json);
  if (typeof value === "string") return value;
  const { tag, port } = value;
  const id = typeof tag === "string" ? asTagId(tag) : undefined;
  if (id === undefined) return `"tag" is 1 to 32 of A-Z a-z 0-9 - _`;
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return `"port" is a whole number from 1 to 65535`;
  }
  for (const name of TEXTS)
    if (typeof value[name] !== "string" || value[name] === "") return `"${name}" is missing`;
  const texts = value as Record<(typeof TEXTS)[number], string>;
  const { host, certificate, key, authority, flash, nmea } = texts;
  return { tag: id, host, port, certificate, key, authority, flash, nmea };
}

function parsed(json: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
    return "it is no JSON object";
  } catch (error) {
    return `it is no JSON: ${(error as Error).message}`;
  }
}
