import { SECRET_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Credentials } from "./owner-api.ts";

/** Content of DIR/demo.json: where everything is, and who the demo's owner is. */
const demoFileSchema = z.object({
  api: z.string(),
  /** Path of the authority's certificate, PEM. */
  ca: z.string(),
  mqtt: z.string(),
  email: z.string(),
  password: z.string(),
  tags: z.array(z.string()),
  /** Where alerts of this run go. */
  webhook: z.string().optional(),
});

export type DemoFile = z.infer<typeof demoFileSchema>;

const EMAIL = "demo@purrimeter.example";

function pathIn(folder: string): string {
  return join(folder, "demo.json");
}

/** The demo that was run in this folder before; undefined when there was none. */
export function readDemoFile(folder: string): DemoFile | undefined {
  const path = pathIn(folder);
  if (!existsSync(path)) return undefined;
  const parsed = demoFileSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  return parsed.success ? parsed.data : undefined;
}

/** Writes DIR/demo.json; only this user may read it, for it holds a password. */
export function writeDemoFile(folder: string, demo: DemoFile): void {
  replaceFile(pathIn(folder), `${JSON.stringify(demo, undefined, 2)}\n`, SECRET_MODE);
}

/** A demo's owner for a new folder: a fresh random password of 32 characters. */
export function newCredentials(): Credentials {
  return { email: EMAIL, password: randomBytes(24).toString("base64url") };
}
