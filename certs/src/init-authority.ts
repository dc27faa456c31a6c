import { randomBytes, type KeyObject } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { authorityFiles, BRANCHES, type AuthorityFiles, type Branch } from "./authority/authority-files.ts";
import { takeIssuerKeys } from "./authority/issuer-keys.ts";
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

/** Takes the root's private key, which is kept nowhere else; what it throws ends the making of the authority. */
export type KeepRootKey = (rootKey: KeyObject) => void;

/**
 * Creates an authority: a root, which signs two intermediates (tags; services), and empty revocation lists. The root's
 * key is handed to `keepRootKey` and written nowhere; without it, it is gone. Refuses "authority-exists". Interrupted, it
 * leaves no half authority. File system errors are thrown.
 */
export async function initAuthority(
  files: AuthorityFiles,
  now: Date,
  keepRootKey: KeepRootKey = () => undefined,
): Promise<AuthorityFiles | Refusal> {
  const { directory } = files;
  if (existsSync(files.authority)) return refuse("authority-exists", directory);
  makeFolder(directory);
  const draft = join(directory, `.authority-${randomBytes(6).toString("hex")}`);
  try {
    await writeAuthority(draft, now, keepRootKey);
    renameSync(join(draft, "authority"), files.authority);
  } catch (error) {
    if (existsSync(files.authority)) return refuse("authority-exists", directory);
    throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  syncFolder(directory);
  takeIssuerKeys(files);
  return files;
}

interface Root {
  readonly commonName: string;
  readonly keys: KeyPair;
  readonly notAfter: Date;
}

async function writeAuthority(draft: string, now: Date, keepRootKey: KeepRootKey): Promise<void> {
  // One folder, so that one rename makes all of it appear.
  const files = authorityFiles(draft, join(draft, "authority"));
  makeFolder(files.authority);
  // Two authorities with one name would confuse whoever trusts both.
  const commonName = `Purrimeter root ${randomBytes(4).toString("hex")}`;
  const keys = await makeKeyPair(ROOT_KEY_BITS);
  const root = { commonName, keys, notAfter: validity(now, VALIDITY_DAYS.root).notAfter };
  writeNewFile(files.root, rootPem(root, now), PUBLIC_MODE);
  for (const branch of BRANCHES) await writeIntermediate(files, branch, root, now);
  unrefused(writeRevocationLists(files, now));
  keepRootKey(keys.privateKey);
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
