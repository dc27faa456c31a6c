import { generateKeyPairSync } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";

/** Names of the files in the service's folder of secrets. The first signs; all are published. */
export const SIGNING_KEY_FILES = {
  current: "signing-key.pem",
  next: "signing-key-next.pem",
  previous: "signing-key-previous.pem",
} as const;

/** cloud-api may keep the key set this long, so a key is published for longer before it signs. */
export const JWKS_MAX_AGE_S = 300;

const MARGIN_S = 60;
const PUBLISH_S = JWKS_MAX_AGE_S + MARGIN_S;
const RETIRE_S = ACCESS_TOKEN_LIFETIME_S + JWKS_MAX_AGE_S + MARGIN_S;

/** What a call did, and after how many seconds the next one has something to do (undefined: the rotation is over). */
export interface RotationStep {
  readonly did: "introduced" | "promoted" | "retired" | "waited";
  readonly againAfterS: number | undefined;
}

/**
 * Takes one step of a rotation: a next key is introduced (published, not signing); after PUBLISH_S it is promoted and
 * the old one stays published; when no token of the old one lives, that is retired. Each step is one call; the service
 * has to read its keys anew after it (SIGHUP). Interrupted at any point, the folder is still good and the next call goes
 * on. `nowMs` is UTC, as the files' times are.
 */
export function rotateSigningKey(folder: string, nowMs: number): RotationStep {
  const [current, next, previous] = [
    SIGNING_KEY_FILES.current,
    SIGNING_KEY_FILES.next,
    SIGNING_KEY_FILES.previous,
  ].map((name) => join(folder, name)) as [string, string, string];
  if (existsSync(next)) return promoteWhenDue({ current, next, previous }, nowMs);
  if (existsSync(previous)) return retireWhenDue(previous, nowMs);
  writeSecret(next, newKey());
  return { did: "introduced", againAfterS: PUBLISH_S };
}

function promoteWhenDue(
  files: { current: string; next: string; previous: string },
  nowMs: number,
): RotationStep {
  const leftS = leftOf(files.next, PUBLISH_S, nowMs);
  if (leftS > 0) return { did: "waited", againAfterS: leftS };
  // The old key is copied before the new one takes its name, so that there is a current key at every moment.
  writeSecret(files.previous, readFileSync(files.current));
  renameSync(files.next, files.current);
  return { did: "promoted", againAfterS: RETIRE_S };
}

function retireWhenDue(previous: string, nowMs: number): RotationStep {
  const leftS = leftOf(previous, RETIRE_S, nowMs);
  if (leftS > 0) return { did: "waited", againAfterS: leftS };
  rmSync(previous);
  return { did: "retired", againAfterS: undefined };
}

function leftOf(file: string, waitS: number, nowMs: number): number {
  return Math.max(0, Math.ceil(waitS - (nowMs - statSync(file).mtimeMs) / 1_000));
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}

function writeSecret(path: string, content: string | Buffer): void {
  rmSync(`${path}.new`, { force: true });
  const file = openSync(`${path}.new`, "wx", 0o600);
  try {
    writeSync(file, content.toString());
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
