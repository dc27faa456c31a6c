import { authorityFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { isRefusal } from "@purrimeter/certs/refusal";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server's certificate for localhost with its key, and the authority that it is of; all PEM. */
export interface VaultCertificate {
  readonly cert: string;
  readonly key: string;
  readonly authority: string;
}

/** Makes an authority and a certificate of it; takes about a second. */
export async function makeVaultCertificate(now: Date): Promise<VaultCertificate> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-vault-"));
  try {
    const authority = await initAuthority(authorityFiles(folder), now);
    const issued = await issueService(authorityFiles(folder), "vault", { now });
    if (isRefusal(authority) || isRefusal(issued)) throw new Error("no certificate was issued");
    const [cert, key] = [issued.chain, issued.key].map((path) => readFileSync(path, "utf8"));
    return { cert: cert ?? "", key: key ?? "", authority: readFileSync(authority.root, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
