import { authorityFiles, issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { unrefused } from "@purrimeter/certs/refusal";
import { MIGRATIONS } from "@purrimeter/store/migrations";
import { openDatabase } from "@purrimeter/database/open-database";
import type { LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { ACCOUNT_MAIL, type AlertChannelId, type AlertRuleId } from "@purrimeter/store/alert-rule";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { openStore, type Store } from "@purrimeter/store/open-store";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Zones of each tag, so that a tag leaves more than one. */
export const ZONES = 2;

const PARENT = process.env["PURRIMETER_BENCH_FOLDER"] ?? tmpdir();
const KEYS = ["audit-key", "database-key", "key-ring-key", "mail-key"];
const RULES_OF_OTHERS = 2;

/** A folder with all that `alerts` and `notifier` need, and owners whose rule and webhook are made. */
export class AlertsFixture {
  readonly folder = mkdtempSync(join(PARENT, "purrimeter-alerts-"));
  readonly #certs = join(this.folder, "certs");
  readonly #keys = new Map(KEYS.map((name) => [name, randomBytes(32)]));

  get authority(): string {
    return authorityFiles(this.#certs).root;
  }

  get serviceAuthority(): string {
    return authorityFiles(this.#certs).branches.services.anchor;
  }

  get database(): string {
    return join(this.folder, "locations.db");
  }

  get keyRing(): string {
    return join(this.folder, "owners.keys");
  }

  certificateOf(name: string): { readonly key: string; readonly chain: string } {
    return issuedFiles(this.#certs, "services", name);
  }

  async certify(...names: readonly string[]): Promise<void> {
    const now = new Date();
    unrefused(await initAuthority(authorityFiles(this.#certs), now));
    for (const name of names)
      unrefused(await issueService(authorityFiles(this.#certs), name, { now, clientAuth: true }));
  }

  /** The folder of a process's secrets. */
  secretsOf(name: string): string {
    const folder = join(this.folder, "secrets", name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [key, bytes] of this.#keys)
      writeFileSync(join(folder, key), bytes.toString("hex"), { mode: 0o600 });
    copyFileSync(this.certificateOf(name).key, join(folder, "tls-key.pem"));
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(join(folder, "vapid-key.pem"), pem, { mode: 0o600 });
    return folder;
  }

  write(name: string, config: object): string {
    const path = join(this.folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  open(committed?: () => void): Store {
    return openStore({
      path: this.database,
      databaseKey: this.#keys.get("database-key") as Buffer,
      keyRing: openSealedKeyFile(this.keyRing, this.#keys.get("key-ring-key") as Buffer),
      now: () => Math.floor(Date.now() / 1_000) as UnixSeconds,
      monotonicMs: () => performance.now(),
      minFreeBytes: 0,
      reserveBytes: 0,
      ...(committed && { committed }),
    });
  }

  /** An owner with a tag, ZONES zones and a proved webhook, which is the only channel of the rule that tells of leaving. */
  async addOwner(store: Store, tag: string, url: string): Promise<void> {
    const owner = store.forOwner(randomBytes(16).toString("hex") as OwnerId);
    const code = createClaimCode();
    await store.registry.register(tag as TagId, code, Math.floor(Date.now() / 1_000) as UnixSeconds);
    await owner.claim(code, tag);
    const place = { latE7: 470_000_000 as LatE7, lonE7: 80_000_000 as LonE7 };
    for (let zone = 0; zone < ZONES; zone++) {
      const shape = { kind: "circle", ...place, radiusCm: 7_500 + zone * 100 } as const;
      await owner.createGeofence({ name: `Zone ${zone}`, shape, tagIds: [tag as TagId] });
    }
    const seed = randomBytes(32).toString("base64");
    const keys = { secrets: [`whsec_${seed}`], keys: [`whsk_${seed}`] };
    const endpoint = { kind: "webhook", url, withPlace: false, ...keys } as const;
    const made = await owner.addAlertChannel({ name: "hook", endpoint });
    if (made.kind !== "made") throw new Error(made.reason);
    await prove(store, made.channel.id, owner);
    const draft = {
      kind: "left",
      isEnabled: true,
      tellsViewers: false,
      channels: [made.channel.id],
    } as const;
    const kept = await owner.changeAlertRule("left" as AlertRuleId, draft);
    if (kept.kind !== "kept") throw new Error(kept.reason);
  }

  /** Rules and timers of so many other owners, to whom nothing happens. They are never opened. */
  addOthers(count: number): void {
    const key = this.#keys.get("database-key") as Buffer;
    const database = openDatabase({ path: this.database, key, migrations: MIGRATIONS });
    const rule = database.prepare("INSERT INTO alert_rule VALUES (?, ?, 'outside-longer', 0, 1, ?)");
    const sealed = randomBytes(120);
    database.transaction(() => {
      for (let i = 0; i < count; i++)
        for (let n = 0; n < RULES_OF_OTHERS; n++) rule.run(`other-${i}`, `rule-${n}`, sealed);
    })();
    database.close();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  readAuthority(): string {
    return readFileSync(this.authority, "utf8");
  }
}

async function prove(
  store: Store,
  channel: AlertChannelId,
  owner: ReturnType<Store["forOwner"]>,
): Promise<void> {
  if (channel === ACCOUNT_MAIL) return;
  const nowMs = Date.now();
  for (const task of await store.alertWork.takeDeliveries(nowMs, 60_000, { limit: 10, perAccount: 10 })) {
    if (task.proofCode !== undefined && task.channel === channel)
      await owner.proveAlertChannel(channel, task.proofCode);
    await store.alertWork.finish(task, { kind: "delivered", atMs: nowMs, tls: undefined }, nowMs);
  }
}
