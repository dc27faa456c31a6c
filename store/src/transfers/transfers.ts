import type { StoreTrail } from "../audit/store-trail.ts";
import { randomInt, timingSafeEqual } from "node:crypto";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode, hashClaimCode } from "../tags/claim-code.ts";
import type { ClockRefusal } from "../tags/clock-refusal.ts";
import type { TagClaims } from "../tags/claim-tag.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { OFFER_S } from "./transfer.ts";
import type { AcceptedTransfer, ConfirmOutcome, OfferedTransfer, Transfer } from "./transfer.ts";
import type { prepareTransfers } from "./transfer-statements.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** What the new owner's tag is called until they name it. The former name is the former owner's. */
const FIRST_NAME = "Cat";

/** What Transfers is made of. */
export interface TransfersParts {
  readonly statements: ReturnType<typeof prepareTransfers>;
  readonly owner: OwnerId;
  readonly trail: StoreTrail;
  readonly tags: OwnedTags;
  readonly keys: OwnerKeys;
  readonly claims: TagClaims;
  readonly writes: WriteTransaction;
  readonly now: () => UnixSeconds;
}

/** Hands tags from one account to another, when both have said so. */
export class Transfers {
  readonly #parts: TransfersParts;

  constructor(parts: TransfersParts) {
    this.#parts = parts;
  }

  /** Makes a one-time code for the recipient; an offer that stood before is void. */
  offer(tag: TagId): OfferedTransfer | "not-found" {
    const { tags, statements, writes, now } = this.#parts;
    const code = createClaimCode();
    const at = now();
    return writes.run(() => {
      const ownership = tags.present(tag)?.id;
      if (ownership === undefined) return "not-found";
      const expiresAt = (at + OFFER_S) as UnixSeconds;
      statements.offer.run({ ownership, hash: hashClaimCode(code), at, expiresAt });
      this.#record("transfer.offered", tag);
      return { code, transfer: { offeredAt: at, expiresAt, acceptedAt: undefined } };
    });
  }

  /** undefined when the tag is not offered. */
  read(tag: TagId): Transfer | undefined | "not-found" {
    const present = this.#parts.tags.present(tag);
    if (present === undefined) return "not-found";
    const row = this.#row(present.id);
    return (
      row && {
        offeredAt: row.offered_at as UnixSeconds,
        expiresAt: row.expires_at as UnixSeconds,
        acceptedAt: (row.accepted_at ?? undefined) as UnixSeconds | undefined,
      }
    );
  }

  cancel(tag: TagId): "cancelled" | "not-found" {
    const { tags, statements, writes } = this.#parts;
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    return writes.run(() => {
      if (statements.cancel.run({ ownership }) === 0) return "not-found";
      this.#record("transfer.cancelled", tag);
      return "cancelled";
    });
  }

  /** As the recipient. The code is used up, and nothing of the tag is theirs before its owner confirms. */
  accept(code: string): AcceptedTransfer | "wrong-code" {
    const { owner, statements, trail, writes, now } = this.#parts;
    const lookUp = { hash: hashClaimCode(code), now: now(), recipient: owner };
    if (statements.offered.get(lookUp) === undefined) return "wrong-code";
    const checkNumber = String(randomInt(1_000_000)).padStart(6, "0");
    return writes.run(() => {
      const row = statements.offered.get(lookUp);
      if (row === undefined) return "wrong-code";
      const account = trail.ownerOf(row.ownership).owner;
      trail.record({ event: "transfer.accepted", actor: owner, account, subject: row.tag });
      statements.accept.run({ ownership: row.ownership, recipient: owner, at: now(), checkNumber });
      return { tag: row.tag as TagId, expiresAt: row.expires_at as UnixSeconds, checkNumber };
    });
  }

  /** As the owner, with the number that the recipient was shown. A new ownership starts; what was shared ends. */
  async confirm(tag: TagId, checkNumber: string): Promise<ConfirmOutcome> {
    const { tags, keys, writes } = this.#parts;
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    const refused = this.#refusal(ownership, checkNumber);
    if (typeof refused === "string") return refused;
    const fresh = await keys.fresh(refused.recipient);
    return writes.run(() => this.#handOver(tag, ownership, checkNumber, fresh));
  }

  #handOver(
    tag: TagId,
    ownership: number,
    checkNumber: string,
    fresh: Awaited<ReturnType<OwnerKeys["fresh"]>>,
  ): ConfirmOutcome {
    const { tags, claims, statements, now } = this.#parts;
    if (tags.present(tag)?.id !== ownership) return "not-found";
    const accepted = this.#refusal(ownership, checkNumber);
    if (typeof accepted === "string") return accepted;
    const row = statements.tag.get({ ownership });
    if (row === undefined) return "not-found";
    this.#record("transfer.confirmed", tag);
    claims.start(accepted.recipient, row, FIRST_NAME, fresh, now());
    return "transferred";
  }

  #record(event: "transfer.cancelled" | "transfer.confirmed" | "transfer.offered", subject: string): void {
    const { owner, trail } = this.#parts;
    trail.record({ event, actor: owner, account: owner, subject });
  }

  #row(ownership: number) {
    const { statements, now } = this.#parts;
    return statements.ofOwnership.get({ ownership, now: now() });
  }

  #refusal(
    ownership: number,
    checkNumber: string,
  ): Exclude<ConfirmOutcome, ClockRefusal> | { readonly recipient: OwnerId } {
    const row = this.#row(ownership);
    if (row === undefined) return "not-found";
    if (row.recipient === null || row.check_number === null) return "not-accepted";
    if (!isSame(row.check_number, checkNumber)) return "wrong-check-number";
    return { recipient: row.recipient as OwnerId };
  }
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
