import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authorityFiles, issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueFleet } from "@purrimeter/certs/issue-fleet";
import { issueService } from "@purrimeter/certs/issue-service";
import { unrefused } from "@purrimeter/certs/refusal";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { openStore } from "@purrimeter/store/open-store";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";

/** As long as owners may have it. */
const RETENTION = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };

/** A folder with all that a bridge needs to start: authority, secrets, a database with claimed tags, configuration. */
export interface IngestFixture {
  readonly folder: string;
  /** Fleet as issueFleet gives it, JSON: certificates of the tags and the key that they share. */
  readonly fleet: string;
  readonly config: string;
  readonly secrets: string;
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
  remove(): void;
}

const OWNER = "bench-owner" as OwnerId;
/** Not the folder of temporary files, which is memory on some machines: a commit must reach a disk. */
const PARENT = process.env["PURRIMETER_BENCH_FOLDER"] ?? tmpdir();

/** Tags are named bench-0, bench-1, ... and belong to one owner. */
export async function createIngestFixture(tagCount: number): Promise<IngestFixture> {
  const folder = mkdtempSync(join(PARENT, "purrimeter-ingest-"));
  const certs = join(folder, "certs");
  const now = new Date();
  unrefused(await initAuthority(authorityFiles(certs), now));
  unrefused(await issueService(authorityFiles(certs), "bridge", { now }));
  const ids = Array.from({ length: tagCount }, (_, i) => `bench-${i}`);
  const fleet = join(folder, "fleet.json");
  writeFileSync(fleet, JSON.stringify(unrefused(await issueFleet(authorityFiles(certs), ids, now))), {
    mode: 0o600,
  });
  const service = issuedFiles(certs, "services", "bridge");
  const { anchor } = authorityFiles(certs).branches.tags;
  const secrets = writeSecrets(folder, readFileSync(service.key));
  const database = join(folder, "locations.db");
  const keyRing = join(folder, "owners.keys");
  await claimTags({ database, keyRing, secrets, ids });
  const config = join(folder, "bridge.json");
  const tls = { certificate: service.chain, clientAuthority: anchor };
  writeFileSync(
    config,
    JSON.stringify({ host: "127.0.0.1", port: 0, database, keyRing, tls, retention: RETENTION }),
  );
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { folder, fleet, config, secrets, tls: { ...tls, key: service.key }, remove };
}

function writeSecrets(folder: string, tlsKey: Buffer): string {
  const secrets = join(folder, "secrets");
  mkdirSync(secrets, { mode: 0o700 });
  for (const name of ["audit-key", "database-key", "key-ring-key"])
    writeFileSync(join(secrets, name), randomBytes(32).toString("hex"), { mode: 0o600 });
  writeFileSync(join(secrets, "tls-key.pem"), tlsKey, { mode: 0o600 });
  return secrets;
}

interface ClaimPlan {
  readonly database: string;
  readonly keyRing: string;
  readonly secrets: string;
  readonly ids: readonly string[];
}

async function claimTags({ database, keyRing, secrets, ids }: ClaimPlan): Promise<void> {
  const keyOf = (name: string): Buffer => Buffer.from(readFileSync(join(secrets, name), "utf8"), "hex");
  const now = (): UnixSeconds => Math.floor(Date.now() / 1000) as UnixSeconds;
  const store = openStore({
    path: database,
    databaseKey: keyOf("database-key"),
    keyRing: openSealedKeyFile(keyRing, keyOf("key-ring-key")),
    now,
    monotonicMs: () => performance.now(),
  });
  const owner = store.forOwner(OWNER);
  for (const id of ids) {
    const code = createClaimCode();
    await store.registry.register(id as TagId, code, now());
    await owner.claim(code, id);
  }
  await store.close();
}
