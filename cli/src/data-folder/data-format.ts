import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { DataFiles } from "./data-files.ts";
import type { SecretCopy } from "./prepare-secrets.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Version of the data folder's layout. A newer one is refused, not guessed at. */
const DATA_FORMAT = 1;

/** The secrets of a folder whose format file does not list them. */
const FIRST_SECRETS: readonly SecretCopy[] = [
  "bridge/database-key",
  "cloud-api/database-key",
  "operator/database-key",
  "bridge/key-ring-key",
  "cloud-api/key-ring-key",
  "operator/key-ring-key",
  "cloud-api/cursor-key",
  "auth/database-key",
  "auth/signing-key.pem",
];

/** Files that hold all that there is, each made by the services at their first start. */
const DATA_NAMES = ["accounts.db", "locations.db", "owners.keys"] as const;

/** One of them. */
export type DataName = (typeof DATA_NAMES)[number];

const versionSchema = z.object({ format: z.number() });
const secretsSchema = z.object({
  secrets: z.array(z.templateLiteral([z.string(), "/", z.string()])).default([...FIRST_SECRETS]),
  installation: z.string().optional(),
  files: z.array(z.enum(DATA_NAMES)).optional(),
  acceptedOwners: z.array(z.string()).optional(),
});

/** What a complete data folder records about itself. */
export interface DataFormat {
  /** Secrets that the folder has had: one of these that is gone was lost, any other one is new. */
  readonly secrets: readonly SecretCopy[];
  /** Random; the databases and the key ring carry it too. undefined in a folder that an earlier purrimeter made. */
  readonly installation?: string | undefined;
  /** Which of these files the folder has had: one that is gone was lost. undefined in a folder of an earlier purrimeter. */
  readonly files?: readonly DataName[] | undefined;
  /** Owners without an account whose loss was accepted; random ids. */
  readonly acceptedOwners?: readonly string[] | undefined;
}

/** What the folder's format file holds; undefined when the folder is new or was never complete. */
export function readDataFormat(files: DataFiles): DataFormat | Failure | undefined {
  if (!existsSync(files.format)) return undefined;
  const content = parseJson(readFileSync(files.format, "utf8"));
  const version = versionSchema.safeParse(content);
  if (version.success && version.data.format > DATA_FORMAT) return tooNew(files, version.data.format);
  const secrets = secretsSchema.safeParse(content);
  if (version.success && secrets.success) return secrets.data;
  return failed(`${files.format} is damaged; restore it from a backup`);
}

/** Marks the folder as complete. To be written last: a folder without it was never complete. */
export function writeDataFormat(files: DataFiles, content: DataFormat): void {
  replaceFile(files.format, `${JSON.stringify({ format: DATA_FORMAT, ...content })}\n`, PUBLIC_MODE);
}

function tooNew({ folder }: DataFiles, format: number): Failure {
  return failed(
    `${folder} was made by a newer purrimeter (format ${format}; this one knows ${DATA_FORMAT}): update purrimeter`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
