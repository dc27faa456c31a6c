import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authorityFiles, issuedFiles, type AuthorityFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueFleet } from "@purrimeter/certs/issue-fleet";
import { issueService } from "@purrimeter/certs/issue-service";
import { unrefused } from "@purrimeter/certs/refusal";
import type { TlsFiles } from "../broker/tls-context.ts";

/** What a client shows in a TLS handshake, and whom it trusts. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A whole authority in a folder of its own, with a bridge and tags that share one key. */
export interface TestAuthority {
  readonly files: AuthorityFiles;
  readonly folder: string;
  readonly bridge: TlsFiles;
  readonly bridgeCertificate: string;
  readonly bridgeKey: string;
  tags(ids: readonly string[], now?: Date): Promise<Credentials[]>;
  service(name: string): Promise<Credentials>;
  remove(): void;
}

/** `madeAt`: when the authority and the bridge's certificate were made. */
export async function createTestAuthority(madeAt = new Date()): Promise<TestAuthority> {
  const folder = mkdtempSync(join(tmpdir(), "bridge-certs-"));
  const files = unrefused(await initAuthority(authorityFiles(folder), madeAt));
  unrefused(await issueService(authorityFiles(folder), "bridge", { now: madeAt }));
  const { chain: bridgeCertificate, key: bridgeKey } = issuedFiles(folder, "services", "bridge");
  return {
    files,
    folder,
    bridgeCertificate,
    bridgeKey,
    bridge: {
      certificate: readFileSync(bridgeCertificate, "utf8"),
      key: readFileSync(bridgeKey, "utf8"),
      clientAuthority: readFileSync(files.branches.tags.anchor, "utf8"),
    },
    tags: async (ids, now = new Date()) => {
      const { keyPem, authorityPem, members } = unrefused(await issueFleet(authorityFiles(folder), ids, now));
      return members.map(({ chainPem }) => ({ cert: chainPem, key: keyPem, ca: authorityPem }));
    },
    service: async (name) => {
      unrefused(await issueService(authorityFiles(folder), name, { now: new Date(), clientAuth: true }));
      const own = issuedFiles(folder, "services", name);
      const [cert, key, ca] = [own.chain, own.key, own.authority].map((path) => readFileSync(path, "utf8"));
      return { cert: cert ?? "", key: key ?? "", ca: ca ?? "" };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
