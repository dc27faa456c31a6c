import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { authorityFiles, type Branch } from "./authority-files.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { SECRET_MODE } from "../write-file.ts";

/** What a certificate was issued for. */
export type Kind = "tag" | "service";

/** One issued certificate. Times are ISO 8601, UTC. */
export interface IssuedCertificate {
  readonly serial: string;
  readonly commonName: string;
  readonly kind: Kind;
  readonly issuedAt: string;
  readonly notAfter: string;
  readonly revokedAt?: string;
}

type Line =
  | ({ readonly event: "issued" } & IssuedCertificate)
  | { readonly event: "revoked"; readonly serial: string; readonly revokedAt: string };

/** The intermediate that signs this kind. */
export function branchOf(kind: Kind): Branch {
  return kind === "tag" ? "tags" : "services";
}

/** Notes certificates before they are handed over: one that is not in the index could not be revoked. */
export function noteIssued(directory: string, certificates: readonly IssuedCertificate[]): void {
  append(
    directory,
    certificates.map((certificate) => ({ event: "issued", ...certificate })),
  );
}

/** Notes that certificates are no longer to be trusted. */
export function noteRevoked(directory: string, serials: readonly string[], revokedAt: Date): void {
  append(
    directory,
    serials.map((serial) => ({ event: "revoked", serial, revokedAt: revokedAt.toISOString() })),
  );
}

function append(directory: string, lines: readonly Line[]): void {
  const { index } = authorityFiles(directory);
  const intact = existsSync(index) ? wholeLinesLength(readFileSync(index)) : undefined;
  const file = openSync(index, "a", SECRET_MODE);
  try {
    if (intact !== undefined) ftruncateSync(file, intact);
    writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

// A power cut may leave half a line: whatever it noted was never handed over, and the next line must not join it.
function wholeLinesLength(bytes: Buffer): number | undefined {
  const end = bytes.lastIndexOf("\n") + 1;
  return end === bytes.length ? undefined : end;
}

/** Every certificate that the authority issued, in order of issue. An authority that issued none has none. */
export function readIssued(directory: string): readonly IssuedCertificate[] | Refusal {
  const { index } = authorityFiles(directory);
  const text = existsSync(index) ? readFileSync(index, "utf8") : "";
  const issued = new Map<string, IssuedCertificate>();
  const lines = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  for (const [position, json] of lines.entries()) {
    const line = parseLine(json);
    if (line === undefined) return refuse("damaged-index", `${index}:${position + 1}`);
    applyLine(issued, line);
  }
  return [...issued.values()];
}

function applyLine(issued: Map<string, IssuedCertificate>, line: Line): void {
  if (line.event === "issued") {
    const { serial, commonName, kind, issuedAt, notAfter } = line;
    issued.set(serial, { serial, commonName, kind, issuedAt, notAfter });
    return;
  }
  const certificate = issued.get(line.serial);
  if (certificate !== undefined) issued.set(line.serial, { ...certificate, revokedAt: line.revokedAt });
}

function parseLine(json: string): Line | undefined {
  const value = parseJson(json);
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const wanted =
    fields["event"] === "issued" ? ISSUED_FIELDS : fields["event"] === "revoked" ? REVOKED_FIELDS : [];
  const complete = wanted.length > 0 && wanted.every((name) => typeof fields[name] === "string");
  return complete ? (value as Line) : undefined;
}

const ISSUED_FIELDS = ["serial", "commonName", "kind", "issuedAt", "notAfter"];
const REVOKED_FIELDS = ["serial", "revokedAt"];

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
