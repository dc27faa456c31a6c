import { timingSafeEqual, type KeyObject } from "node:crypto";
import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { StoreEvent } from "../audit/store-event.ts";
import { createRandomId } from "../random-id.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import {
  MAX_ALERT_CHANNELS,
  MAX_PROOF_TRIES,
  PROOF_S,
  ROTATION_S,
  type AlertChannel,
  type AlertChannelDraft,
  type AlertEndpoint,
} from "./alert-channel.ts";
import type { AlertChannelId } from "./alert-rule.ts";
import type { ChannelOutcome, ProofOutcome } from "./alerts-view.ts";
import { createProofCode, createWebhookSecrets, hashProofCode, openChannel } from "./channel-rows.ts";
import type { ChannelRow, ChannelRows } from "./channel-rows.ts";
import type { DeliveryRows } from "./delivery-rows.ts";
import type { SealPlace } from "../sealing/seal.ts";
import { sealForAccount } from "./seal-account.ts";

/** What OwnedChannels is made of. */
export interface OwnedChannelsParts {
  readonly database: Database;
  readonly rows: ChannelRows;
  readonly deliveries: DeliveryRows;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
}

type ChannelEvent = Extract<StoreEvent["event"], `alert-channel.${string}`>;
type Content = Awaited<ReturnType<ChannelRows["seal"]>>;

/** Where owners are told. */
export class OwnedChannels {
  readonly #parts: OwnedChannelsParts;

  constructor(parts: OwnedChannelsParts) {
    this.#parts = parts;
  }

  async list(owner: OwnerId): Promise<AlertChannel[]> {
    const { rows, now } = this.#parts;
    const channels: AlertChannel[] = [];
    for (const row of rows.all(owner)) channels.push(await rows.toChannel(row, now()));
    return channels;
  }

  async add(owner: OwnerId, draft: AlertChannelDraft): Promise<ChannelOutcome> {
    const { rows, now } = this.#parts;
    const complete = { ...draft, endpoint: withSecrets(draft.endpoint) };
    const same = await this.#same(owner, complete.endpoint);
    if (same?.isUnchanged === true) return { kind: "made", channel: await rows.toChannel(same.row, now()) };
    const former = same?.row ?? { id: createRandomId(), owner, version: 0, created_at: now() };
    const content = await rows.seal(former, complete);
    const row = unproved({ ...former, kind: draft.endpoint.kind }, content);
    const isMade = this.#parts.writes.run(() => {
      if (same === undefined && rows.ids(owner).length >= MAX_ALERT_CHANNELS) return false;
      this.#sendProof(row, content.key);
      this.#record(owner, "alert-channel.added", row.id);
      return true;
    });
    if (!isMade) return { kind: "refused", reason: "too-many-channels" };
    return { kind: "made", channel: await rows.toChannel(row, now()) };
  }

  /** A code that was tried too often is void, whether it is right or not. */
  async prove(owner: OwnerId, id: AlertChannelId, code: string): Promise<ProofOutcome> {
    const { rows, keys, writes, now, deliveries } = this.#parts;
    const row = rows.get(owner, id);
    if (row === undefined) return "not-found";
    const given = hashProofCode(await keys.byId(row.sealing_key), id, code);
    const proved = writes.run(() => {
      const current = rows.get(owner, id);
      if (current === undefined) return "not-found" as const;
      if (isProved(current)) return "proved-already" as const;
      if (!isProvable(current, now())) return "wrong-code" as const;
      if (current.sealing_key !== row.sealing_key || !isSame(current.proof_hash, given)) {
        rows.put({ ...current, proof_tries: current.proof_tries + 1 });
        return "wrong-code" as const;
      }
      const active: ChannelRow = { ...current, state: "active", ...NO_PROOF, failing_since: null };
      rows.put(active);
      deliveries.removeProofs(owner, id);
      this.#record(owner, "alert-channel.proved", id);
      return active;
    });
    return typeof proved === "string" ? proved : rows.toChannel(proved, now());
  }

  async sendAgain(owner: OwnerId, id: AlertChannelId): Promise<"sent" | "not-found" | "proved-already"> {
    const { rows, keys, writes } = this.#parts;
    const row = rows.get(owner, id);
    if (row === undefined) return "not-found";
    if (isProved(row)) return "proved-already";
    const key = await keys.byId(row.sealing_key);
    return writes.run(() => {
      const current = rows.get(owner, id);
      if (current === undefined) return "not-found";
      if (current.state !== row.state || current.sealing_key !== row.sealing_key) return "proved-already";
      this.#sendProof({ ...current, state: "unproved" }, key);
      return "sent";
    });
  }

  async resume(owner: OwnerId, id: AlertChannelId): Promise<AlertChannel | "not-found"> {
    const { rows, writes, now } = this.#parts;
    const row = writes.run(() => {
      const current = rows.get(owner, id);
      if (current?.state !== "paused") return current;
      const active: ChannelRow = { ...current, state: "active", failing_since: null };
      rows.put(active);
      this.#record(owner, "alert-channel.resumed", id);
      return active;
    });
    return row === undefined ? "not-found" : rows.toChannel(row, now());
  }

  async rotate(owner: OwnerId, id: AlertChannelId): Promise<AlertChannel | "not-found"> {
    const { rows, keys, writes, now } = this.#parts;
    const row = rows.get(owner, id);
    const draft = row && (await openChannel(row, keys, now()));
    if (row === undefined || draft?.endpoint.kind !== "webhook") return "not-found";
    const content = await rows.seal(row, { ...draft, endpoint: rotated(draft.endpoint, now()) });
    const next: ChannelRow | undefined = writes.run(() => {
      const current = rows.get(owner, id);
      if (current?.version !== row.version) return current;
      const changed = { ...current, ...sealedOf(content) };
      rows.put(changed);
      this.#record(owner, "alert-channel.rotated", id);
      return changed;
    });
    return next === undefined ? "not-found" : rows.toChannel(next, now());
  }

  remove(owner: OwnerId, id: AlertChannelId): "removed" | "not-found" {
    const { rows, writes, deliveries } = this.#parts;
    return writes.run(() => {
      if (!rows.drop(owner, id)) return "not-found";
      deliveries.removeProofs(owner, id);
      deliveries.dropOfChannel(id);
      this.#record(owner, "alert-channel.removed", id);
      return "removed";
    });
  }

  /** Keeps the row with a new code, and a delivery that brings it. The former code is void. */
  #sendProof(row: ChannelRow, key: KeyObject): void {
    const { rows, deliveries, now } = this.#parts;
    const { owner: account, id: channel, sealing_key: keyId } = row;
    const at = now();
    const code = createProofCode();
    rows.put({
      ...row,
      ...{ proof_hash: hashProofCode(key, channel, code), proof_until: at + PROOF_S, proof_tries: 0 },
    });
    const id = createRandomId();
    const sealed = sealForAccount({ account, id, keyId }, key, proofPlaceOf(at), code);
    deliveries.removeProofs(account, channel);
    const due = { dueMs: at * 1_000, createdAt: at, code: { id, key: keyId, sealed } };
    deliveries.add({ alert: undefined, account, ownership: null, channel, ...due });
  }

  /** The channel of a push or ntfy endpoint that is there already. */
  async #same(
    owner: OwnerId,
    endpoint: AlertEndpoint,
  ): Promise<{ readonly row: ChannelRow; readonly isUnchanged: boolean } | undefined> {
    if (endpoint.kind !== "push" && endpoint.kind !== "ntfy") return undefined;
    const { rows, keys, now } = this.#parts;
    for (const row of rows.all(owner)) {
      const known = (await openChannel(row, keys, now()))?.endpoint;
      if (known?.kind !== endpoint.kind || known.url !== endpoint.url) continue;
      const isWell = row.state === "active" || row.state === "unproved";
      return { row, isUnchanged: isWell && JSON.stringify(known) === JSON.stringify(endpoint) };
    }
    return undefined;
  }

  #record(owner: OwnerId, event: ChannelEvent, subject: string): void {
    this.#parts.trail.record({ event, actor: owner, account: owner, subject });
  }
}

const NO_PROOF = { proof_hash: null, proof_until: null, proof_tries: 0 } as const;
const NEVER_TRIED = { tried_ms: null, error: null, tls: null } as const;

function unproved(
  row: Pick<ChannelRow, "id" | "owner" | "kind" | "created_at">,
  content: Content,
): ChannelRow {
  const { id, owner, kind, created_at } = row;
  const head = { id, owner, kind, created_at, state: "unproved", failing_since: null } as const;
  return { ...head, ...NO_PROOF, ...NEVER_TRIED, ...sealedOf(content) };
}

function sealedOf({
  version,
  sealing_key,
  sealed,
}: Content): Pick<ChannelRow, "version" | "sealing_key" | "sealed"> {
  return { version, sealing_key, sealed };
}

function isProved({ state }: Pick<ChannelRow, "state">): boolean {
  return state === "active" || state === "paused";
}

function isProvable(row: ChannelRow, now: number): boolean {
  return row.state === "unproved" && row.proof_tries < MAX_PROOF_TRIES && now < (row.proof_until ?? 0);
}

function isSame(expected: Buffer | null, given: Buffer): boolean {
  return expected !== null && expected.length === given.length && timingSafeEqual(expected, given);
}

function withSecrets(endpoint: AlertEndpoint): AlertEndpoint {
  if (endpoint.kind !== "webhook" || endpoint.secrets.length > 0) return endpoint;
  const { secret, key } = createWebhookSecrets();
  return { ...endpoint, secrets: [secret], keys: [key] };
}

function rotated(endpoint: Extract<AlertEndpoint, { kind: "webhook" }>, now: number): AlertEndpoint {
  const { secret, key } = createWebhookSecrets();
  const first = (list: readonly string[]): readonly string[] => list.slice(0, 1);
  const formerUntil = (now + ROTATION_S) as UnixSeconds;
  return {
    ...endpoint,
    secrets: [secret, ...first(endpoint.secrets)],
    keys: [key, ...first(endpoint.keys)],
    formerUntil,
  };
}

/** Where the code of a proof is sealed. */
export function proofPlaceOf(at: number): SealPlace {
  return { kind: "alert-proof", epoch: 0, number: 0, at };
}
