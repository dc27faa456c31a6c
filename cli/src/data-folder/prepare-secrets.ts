import { replaceFile, SECRET_MODE, makeFolder } from "@purrimeter/certs/write-file";
import { GENERATED_MARKER, isGenerated, markedAsGenerated } from "@purrimeter/secrets/generated-secrets";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { DataFiles, SecretHolder } from "./data-files.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** One secret and everybody who holds a copy of it: each process reads its own folder only. */
interface Secret {
  readonly name: string;
  readonly holders: readonly SecretHolder[];
  readonly make: () => string;
}

const SECRETS: readonly Secret[] = [
  { name: "database-key", holders: ["bridge", "cloud-api", "operator"], make: randomKey },
  { name: "key-ring-key", holders: ["bridge", "cloud-api", "operator"], make: randomKey },
  { name: "cursor-key", holders: ["cloud-api"], make: randomKey },
  { name: "database-key", holders: ["auth"], make: randomKey },
  { name: "signing-key.pem", holders: ["auth"], make: signingKey },
];

/** 256 bits, hexadecimal. */
function randomKey(): string {
  return `${randomBytes(32).toString("hex")}\n`;
}

/** ES256 needs P-256 (RFC 7518, section 3.4). */
function signingKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Makes the secrets of a folder that was never complete; those that a broken-off start left are kept. */
export function makeSecrets(files: DataFiles): void {
  for (const { name, holders, make } of SECRETS) {
    for (const holder of holders) makeFolder(files.secrets(holder));
    const keeper = holders.find((holder) => existsSync(files.secret(holder, name)));
    const content = keeper === undefined ? Buffer.from(make()) : readFileSync(files.secret(keeper, name));
    const isOurs = keeper === undefined || isGenerated(files.secrets(keeper), name, content);
    for (const holder of holders.filter((one) => !existsSync(files.secret(one, name)))) {
      if (isOurs) mark(files, holder, name, content);
      replaceFile(files.secret(holder, name), content, SECRET_MODE);
    }
  }
}

/** Written before the secret itself: none is ever there without its mark. */
function mark(files: DataFiles, holder: SecretHolder, name: string, content: Buffer): void {
  const folder = files.secrets(holder);
  replaceFile(files.secret(holder, GENERATED_MARKER), markedAsGenerated(folder, name, content), SECRET_MODE);
}

/** Secrets that were generated and not replaced since, as HOLDER/NAME. */
export function generatedSecrets(files: DataFiles): string[] {
  return SECRETS.flatMap(({ name, holders }) =>
    holders
      .filter((holder) => existsSync(files.secret(holder, name)))
      .filter((holder) => isGenerated(files.secrets(holder), name, readFileSync(files.secret(holder, name))))
      .map((holder) => `${holder}/${name}`),
  );
}

/** Secrets of a new data folder that nobody put there, as HOLDER/NAME. */
export function missingSecrets(files: DataFiles): string[] {
  return SECRETS.flatMap(({ name, holders }) =>
    holders.filter((holder) => !existsSync(files.secret(holder, name))).map((holder) => `${holder}/${name}`),
  );
}

/** A secret that is gone is not made anew: what it locks would be lost for ever, and nobody would know why. */
export function checkSecrets(files: DataFiles): Failure | undefined {
  for (const { name, holders } of SECRETS) {
    const missing = holders.map((holder) => files.secret(holder, name)).find((path) => !existsSync(path));
    if (missing !== undefined) return failed(`the secret ${missing} is missing; restore it from a backup`);
  }
  return undefined;
}
