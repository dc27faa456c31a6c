import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ServiceContext } from "./service-entry.ts";
import { failed, systemFailure, type Failure } from "../terminal/failure.ts";

/** Bits of a file's mode by which anybody may read or write it. */
const OTHERS = 0o006;

/** Whether the operator's own certificate and key for the API can be read and belong together. */
export function checkApiCertificate({
  files,
  settings,
}: Pick<ServiceContext, "files" | "settings">): readonly Failure[] {
  const { certificate, key } = settings.api;
  if (certificate === undefined || key === undefined) return [];
  const at = (name: string, fault: string): Failure => failed(`${files.settings}: ${name}: ${fault}`);
  const chain = read(
    resolve(files.folder, certificate),
    (pem) => new X509Certificate(pem),
    "is no certificate in PEM",
  );
  const secret = read(resolve(files.folder, key), createPrivateKey, "is no private key in PEM");
  const faults = [
    ...(typeof chain === "string" ? [at("api.certificate", chain)] : []),
    ...(typeof secret === "string" ? [at("api.key", secret)] : []),
  ];
  if (typeof chain === "string" || typeof secret === "string") return faults;
  if ((statSync(resolve(files.folder, key)).mode & OTHERS) !== 0)
    return [at("api.key", `${key} can be read by everybody; set its mode to 0600 or 0640`)];
  if (!chain.checkPrivateKey(secret)) return [at("api.key", `${key} is not the key of ${certificate}`)];
  return [];
}

/** What the file holds, or why it cannot be used. */
function read<Content extends X509Certificate | KeyObject>(
  path: string,
  parse: (pem: Buffer) => Content,
  fault: string,
): Content | string {
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (error) {
    const failure = systemFailure(error);
    if (failure === undefined) throw error;
    return failure.failure;
  }
  try {
    return parse(pem);
  } catch (error) {
    // OpenSSL has an error for each way in which bytes are no certificate or key.
    if (error instanceof Error) return `${path} ${fault}`;
    throw error;
  }
}
