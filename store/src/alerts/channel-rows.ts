import { createHmac, randomBytes, randomInt, type KeyObject } from "node:crypto";
import { allReadable, isLost } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type {
  AlertChannel,
  AlertChannelDraft,
  AlertChannelKind,
  AlertChannelState,
  AlertEndpoint,
  ChannelAttempt,
} from "./alert-channel.ts";
import type { AlertChannelId } from "./alert-rule.ts";
import { openForAccount, sealForAccount } from "./seal-account.ts";

/** A channel as it is kept. */
export interface ChannelRow {
  readonly id: string;
  readonly owner: string;
  readonly kind: AlertChannelKind;
  readonly state: AlertChannelState;
  readonly version: number;
  readonly created_at: number;
  readonly failing_since: number | null;
  readonly proof_hash: Buffer | null;
  readonly proof_until: number | null;
  readonly proof_tries: number;
  readonly sealing_key: number;
  readonly sealed: Buffer;
  /** Of the last attempt; written by who finishes deliveries. */
  readonly tried_ms: number | null;
  readonly error: string | null;
  readonly tls: string | null;
}

function prepare(database: Database) {
  return {
    all: database.prepare<[string], ChannelRow>("SELECT * FROM alert_channel WHERE owner = ? ORDER BY id"),
    ids: database
      .prepare<[string], string>("SELECT id FROM alert_channel WHERE owner = ? ORDER BY id")
      .pluck(),
    one: database.prepare<[string, string], ChannelRow>(
      "SELECT * FROM alert_channel WHERE owner = ? AND id = ?",
    ),
    put: database.prepare<[ChannelRow]>(
      `INSERT INTO alert_channel (id, owner, kind, state, version, created_at, failing_since, proof_hash, proof_until,
         proof_tries, sealing_key, sealed)
       VALUES (@id, @owner, @kind, @state, @version, @created_at, @failing_since, @proof_hash, @proof_until, @proof_tries,
         @sealing_key, @sealed)
       ON CONFLICT (id) DO UPDATE SET state = @state, version = @version, failing_since = @failing_since,
         proof_hash = @proof_hash, proof_until = @proof_until, proof_tries = @proof_tries, sealing_key = @sealing_key,
         sealed = @sealed, tried_ms = @tried_ms, error = @error, tls = @tls WHERE owner = @owner`,
    ),
    drop: database.prepare<[string, string]>("DELETE FROM alert_channel WHERE owner = ? AND id = ?"),
  };
}

/** Channels of owners, each sealed under its owner's key. What writes is only called inside a transaction. */
export class ChannelRows {
  readonly #keys: OwnerKeys;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, keys: OwnerKeys) {
    this.#keys = keys;
    this.#statements = prepare(database);
  }

  /** By id. One that does not open has no name and no endpoint; one on a page that cannot be read is left out. */
  all(owner: OwnerId): ChannelRow[] {
    const { all, ids, one } = this.#statements;
    const rows = allReadable({
      all: () => all.all(owner),
      ids: () => ids.all(owner),
      one: (id) => one.get(owner, id),
    });
    return rows.filter((row) => !isLost(row)) as ChannelRow[];
  }

  ids(owner: OwnerId): string[] {
    return this.#statements.ids.all(owner);
  }

  get(owner: OwnerId, id: AlertChannelId): ChannelRow | undefined {
    return this.#statements.one.get(owner, id);
  }

  put(row: ChannelRow): void {
    this.#statements.put.run(row);
  }

  drop(owner: OwnerId, id: AlertChannelId): boolean {
    return this.#statements.drop.run(owner, id).changes > 0;
  }

  /** The row with another content, as its next version. */
  async seal(
    row: Pick<ChannelRow, "id" | "owner" | "version" | "created_at">,
    draft: AlertChannelDraft,
  ): Promise<Pick<ChannelRow, "version" | "sealing_key" | "sealed"> & { readonly key: KeyObject }> {
    const own = await this.#keys.ofOwner(row.owner as OwnerId);
    const version = row.version + 1;
    const sealed = sealChannel({ ...row, version }, draft, own);
    return { version, sealing_key: own.id, sealed, key: own.key };
  }

  async toChannel(row: ChannelRow, now: UnixSeconds): Promise<AlertChannel> {
    const draft = await openChannel(row, this.#keys, now);
    return {
      id: row.id as AlertChannelId,
      kind: row.kind,
      name: draft?.name,
      state: row.state,
      createdAt: row.created_at as UnixSeconds,
      endpoint: draft?.endpoint,
      failingSince: (row.failing_since ?? undefined) as UnixSeconds | undefined,
      lastAttempt: attemptOf(row),
    };
  }
}

function attemptOf({ tried_ms: at, error, tls }: ChannelRow): ChannelAttempt | undefined {
  return at === null ? undefined : { at, error: error ?? undefined, tls: tls ?? undefined };
}

/** What is sealed of a channel. */
export function sealChannel(
  row: Pick<ChannelRow, "id" | "owner" | "version" | "created_at">,
  draft: AlertChannelDraft,
  { id: keyId, key }: { readonly id: number; readonly key: KeyObject },
): Buffer {
  return sealForAccount({ account: row.owner, id: row.id, keyId }, key, placeOf(row), draft);
}

/** Name and endpoint, with the secrets that are valid; undefined when it does not open. */
export async function openChannel(
  row: Pick<ChannelRow, "id" | "owner" | "version" | "created_at" | "sealing_key" | "sealed">,
  keys: Pick<OwnerKeys, "find">,
  now: number,
): Promise<AlertChannelDraft | undefined> {
  const key = await keys.find(row.sealing_key);
  const thing = { account: row.owner, id: row.id, keyId: row.sealing_key };
  const draft = openForAccount(thing, key, placeOf(row), row.sealed) as AlertChannelDraft | undefined;
  return draft && { ...draft, endpoint: withValidSecrets(draft.endpoint, now) };
}

function withValidSecrets(endpoint: AlertEndpoint, now: number): AlertEndpoint {
  if (endpoint.kind !== "webhook") return endpoint;
  const { formerUntil, ...rest } = endpoint;
  if (formerUntil !== undefined && formerUntil > now) return endpoint;
  return { ...rest, secrets: rest.secrets.slice(0, 1), keys: rest.keys.slice(0, 1) };
}

/** A new secret and a new Ed25519 seed of a webhook, as Standard Webhooks writes them. */
export function createWebhookSecrets(): { readonly secret: string; readonly key: string } {
  const random = (): string => randomBytes(32).toString("base64");
  return { secret: `whsec_${random()}`, key: `whsk_${random()}` };
}

/** No I, L, O, 0, 1: they are mistaken for each other. */
const PROOF_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const PROOF_LENGTH = 8;

/** A code of 40 random bits that a person can type. */
export function createProofCode(): string {
  return Array.from({ length: PROOF_LENGTH }, () =>
    PROOF_LETTERS.charAt(randomInt(PROOF_LETTERS.length)),
  ).join("");
}

/** Keyed: so few codes could all be tried against a plain hash. Case, blanks and dashes do not matter. */
export function hashProofCode(key: KeyObject, channel: string, code: string): Buffer {
  const text = code.toUpperCase().replaceAll(/[\s-]/gu, "");
  return createHmac("sha256", key).update(`alert proof ${channel} ${text}`).digest();
}

function placeOf(row: { readonly version: number; readonly created_at: number }) {
  return { kind: "alert-channel", epoch: 0, number: row.version, at: row.created_at } as const;
}
