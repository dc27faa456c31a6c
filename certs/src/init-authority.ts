import { randomBytes } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { authorityFiles, BRANCHES, type AuthorityFiles, type Branch } from "./authority/authority-files.ts";
import { buildCertificate } from "./certificates/build-certificate.ts";
import {
  KEY_BITS,
  makeKeyPair,
  privateKeyPem,
  ROOT_KEY_BITS,
  type KeyPair,
} from "./certificates/key-pair.ts";
import { intermediateExtensions, rootExtensions, validity, VALIDITY_DAYS } from "./certificates/profiles.ts";
import { refuse, unrefused, type Refusal } from "./refusal.ts";
import { writeRevocationLists } from "./revocation/revoke.ts";
import { pem } from "./certificates/signed-der.ts";
import { makeFolder, PUBLIC_MODE, SECRET_MODE, syncFolder, writeNewFile } from "./write-file.ts";

/**
 * Creates an authority under `directory`: a root, which signs two intermediates (tags; services), and empty revocation
 * lists. Refuses "authority-exists". Interrupted, it leaves no half authority. File system errors are thrown.
 */
export async function initAuthority(directory: string, now: Date): Promise<AuthorityFiles | Refusal> {
  const files = authorityFiles(directory);
  if (existsSync(files.authority)) return refuse("authority-exists", directory);
  makeFolder(directory);
  const draft = join(directory, `.authority-${randomBytes(6).toString("hex")}`);
  try {
    await writeAuthority(draft, now);
    renameSync(join(draft, "authority"), files.authority);
  } catch (error) {
    if (existsSync(files.authority)) return refuse("authority-exists", directory);
    throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  syncFolder(directory);
  return files;
}

interface Root {
  readonly commonName: string;
  readonly keys: KeyPair;
  readonly notAfter: Date;
}

async function writeAuthority(draft: string, now: Date): Promise<void> {
  const files = authorityFiles(draft);
  makeFolder(files.authority);
  // Two authorities with one name would confuse whoever trusts both.
  const commonName = `Purrimeter root ${randomBytes(4).toString("hex")}`;
  const keys = await makeKeyPair(ROOT_KEY_BITS);
  const root = { commonName, keys, notAfter: validity(now, VALIDITY_DAYS.root).notAfter };
  writeNewFile(files.rootKey, privateKeyPem(keys.privateKey), SECRET_MODE);
  writeNewFile(files.root, rootPem(root, now), PUBLIC_MODE);
  for (const branch of BRANCHES) await writeIntermediate(files, branch, root, now);
  unrefused(writeRevocationLists(draft, now));
}

function rootPem({ commonName, keys }: Root, now: Date): string {
  return selfSigned(commonName, keys, rootExtensions(), validity(now, VALIDITY_DAYS.root));
}

async function writeIntermediate(
  files: AuthorityFiles,
  branch: Branch,
  root: Root,
  now: Date,
): Promise<void> {
  const keys = await makeKeyPair(KEY_BITS);
  const span = validity(now, VALIDITY_DAYS.intermediate, root.notAfter);
  const subject = root.commonName.replace("root", branch);
  const { der } = buildCertificate({
    subject,
    issuer: root.commonName,
    publicKey: keys.publicKey,
    issuerKey: root.keys.privateKey,
    extensions: intermediateExtensions(),
    ...span,
  });
  const paths = files.branches[branch];
  writeNewFile(paths.key, privateKeyPem(keys.privateKey), SECRET_MODE);
  writeNewFile(paths.certificate, pem("CERTIFICATE", der), PUBLIC_MODE);
  writeNewFile(paths.anchor, selfSigned(subject, keys, intermediateExtensions(), span), PUBLIC_MODE);
}

function selfSigned(
  commonName: string,
  { publicKey, privateKey }: KeyPair,
  extensions: ReturnType<typeof rootExtensions>,
  span: { notBefore: Date; notAfter: Date },
): string {
  const names = { subject: commonName, issuer: commonName };
  return pem(
    "CERTIFICATE",
    buildCertificate({ ...names, publicKey, issuerKey: privateKey, extensions, ...span }).der,
  );
}
