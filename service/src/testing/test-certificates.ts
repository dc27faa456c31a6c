import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authorityFiles, issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { unrefused } from "@purrimeter/certs/refusal";

const TWO_YEARS_MS = 2 * 366 * 86_400_000;

/** A key and its certificate with the issuer's, PEM. */
export interface TestIdentity {
  readonly key: string;
  readonly certificate: string;
}

/** An authority that lives as long as a test file. */
export interface TestCertificates {
  /** The root that clients trust, PEM. */
  readonly authority: string;
  /** Who signs services and nothing else: what a server trusts, PEM. */
  readonly serviceAuthority: string;
  /** A certificate of a service, for localhost, for both ends of a connection. Each name once. */
  identity(name: string): Promise<TestIdentity>;
  /** One whose time is over. */
  expired(name: string): Promise<TestIdentity>;
}

/** Makes an authority in a temporary folder, which is gone when the promise of each certificate has been kept. */
export async function createTestCertificates(): Promise<TestCertificates> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-certificates-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const past = new Date(Date.now() - TWO_YEARS_MS);
  unrefused(await initAuthority(authorityFiles(folder), past));
  const issue = async (name: string, now: Date): Promise<TestIdentity> => {
    unrefused(await issueService(authorityFiles(folder), name, { now, clientAuth: true }));
    const { key, chain } = issuedFiles(folder, "services", name);
    return { key: readFileSync(key, "utf8"), certificate: readFileSync(chain, "utf8") };
  };
  const { root, branches } = authorityFiles(folder);
  return {
    authority: readFileSync(root, "utf8"),
    serviceAuthority: readFileSync(branches.services.anchor, "utf8"),
    identity: (name) => issue(name, new Date()),
    expired: (name) => issue(name, past),
  };
}
