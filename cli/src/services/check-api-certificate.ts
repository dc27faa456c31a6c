import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { CheckContext } from "./service-entry.ts";
import { failed, systemFailure, type Failure } from "../terminal/failure.ts";

/** Bits of a file's mode by which others may read it, or more than its owner may write it. */
const OTHERS = 0o026;

/** Whether the operator's own certificate and key for the API can be read and belong together. */
export function checkApiCertificate({ files, settings, now }: CheckContext): readonly Failure[] {
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
    return [
      at("api.key", `${key} can be read by everybody, or written by its group; set its mode to 0600 or 0640`),
    ];
  if (!chain.checkPrivateKey(secret)) return [at("api.key", `${key} is not the key of ${certificate}`)];
  const unusable = faultOfValidity(chain, now) ?? faultOfChain(resolve(files.folder, certificate), secret);
  return unusable === undefined ? [] : [at("api.certificate", `${certificate} ${unusable}`)];
}

function faultOfValidity({ validFromDate, validToDate }: X509Certificate, now: Date): string | undefined {
  if (now < validFromDate) return `is not valid before ${validFromDate.toISOString()}`;
  return now > validToDate ? `has expired on ${validToDate.toISOString()}` : undefined;
}

/** What only TLS finds: a broken certificate further on in the file, DER, a key that is too short. */
function faultOfChain(path: string, key: KeyObject): string | undefined {
  try {
    createSecureContext({ cert: readFileSync(path), key: key.export({ type: "pkcs8", format: "pem" }) });
    return undefined;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return `cannot be used for TLS (${code ?? message})`;
  }
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
