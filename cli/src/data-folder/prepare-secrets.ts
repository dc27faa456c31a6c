import { replaceFile, SECRET_MODE, makeFolder } from "@purrimeter/certs/write-file";
import { GENERATED_MARKER, isGenerated, markedAsGenerated } from "@purrimeter/secrets/generated-secrets";
import { existsSync, readFileSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { allHolders, type Holders, type SecretSpec } from "./secret-holder.ts";

/** A secret and the names of all who hold a copy of it. */
interface SharedSecret {
  readonly secret: SecretSpec;
  readonly holders: readonly string[];
}

/** A copy of a secret, as HOLDER/NAME. */
export type SecretCopy = `${string}/${string}`;

function sharedSecrets(holders: Holders): SharedSecret[] {
  const all = allHolders(holders);
  const secrets = new Set(all.flatMap((holder) => holder.secrets));
  return [...secrets].map((secret) => ({
    secret,
    holders: all.filter((holder) => holder.secrets.includes(secret)).map(({ name }) => name),
  }));
}

/** Every copy of every secret that a data folder needs, in the order of the registry. */
export function secretCopies(holders: Holders): SecretCopy[] {
  return sharedSecrets(holders).flatMap(({ secret, holders: names }) =>
    names.map((holder): SecretCopy => `${holder}/${secret.name}`),
  );
}

/** Makes the secrets that are not there; a copy is made of one that another holder has already. */
export function makeSecrets(files: DataFiles, holders: Holders): void {
  for (const { secret, holders: names } of sharedSecrets(holders)) makeShared(files, secret, names);
}

/** Makes a secret for holders of whom none has it; otherwise copies it to those who lack it. */
export function makeShared(files: DataFiles, { name, make }: SecretSpec, holders: readonly string[]): void {
  for (const holder of holders) makeFolder(files.secrets(holder));
  const keeper = holders.find((holder) => existsSync(files.secret(holder, name)));
  const content = keeper === undefined ? Buffer.from(make()) : readFileSync(files.secret(keeper, name));
  const generated = keeper === undefined || isGenerated(files.secrets(keeper), name, content);
  for (const holder of holders.filter((one) => !existsSync(files.secret(one, name)))) {
    if (generated) mark(files, holder, name, content);
    replaceFile(files.secret(holder, name), content, SECRET_MODE);
  }
}

/** Written before the secret itself: none is ever there without its mark. */
function mark(files: DataFiles, holder: string, name: string, content: Buffer): void {
  const folder = files.secrets(holder);
  replaceFile(files.secret(holder, GENERATED_MARKER), markedAsGenerated(folder, name, content), SECRET_MODE);
}

/** Copies that were generated and not replaced since. */
export function generatedSecrets(files: DataFiles, holders: Holders): SecretCopy[] {
  return secretCopies(holders).filter((copy) => {
    const [holder, name] = partsOf(copy);
    const path = files.secret(holder, name);
    return existsSync(path) && isGenerated(files.secrets(holder), name, readFileSync(path));
  });
}

/** Copies that are not in their places. */
export function missingSecrets(files: DataFiles, holders: Holders): SecretCopy[] {
  return secretCopies(holders).filter((copy) => !existsSync(pathOf(files, copy)));
}

/** Path of a copy. */
export function pathOf(files: DataFiles, copy: SecretCopy): string {
  return files.secret(...partsOf(copy));
}

function partsOf(copy: SecretCopy): [holder: string, name: string] {
  const at = copy.indexOf("/");
  return [copy.slice(0, at), copy.slice(at + 1)];
}
