import type { StoreTrail } from "../audit/store-trail.ts";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { allReadable, isLost } from "@purrimeter/database/is-corruption";
import { createClaimCode, hashClaimCode } from "../tags/claim-code.ts";
import { CLOCK_NOT_TRUSTED } from "../tags/clock-refusal.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { Untelling } from "../alerts/untelling.ts";
import { createRandomId } from "../random-id.ts";
import { Sealer } from "../sealing/seal.ts";
import { INVITATION_S, MAX_SHARES } from "./share.ts";
import type { InviteOutcome, Share, ShareDraft, ShareId, ShareRights } from "./share.ts";
import { shareBeginsAt } from "./share-begins-at.ts";
import type { prepareShares } from "./share-statements.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** What OwnedShares is made of. */
export interface OwnedSharesParts {
  readonly statements: ReturnType<typeof prepareShares>;
  readonly owner: OwnerId;
  readonly trail: StoreTrail;
  readonly tags: OwnedTags;
  readonly keys: OwnerKeys;
  readonly untelling: Untelling;
  readonly writes: WriteTransaction;
  readonly now: () => UnixSeconds;
  /** Whether shares that are over may be deleted. */
  readonly isClockTrusted: () => boolean;
  /** Whether shares may begin. */
  readonly isClockPlausible: () => boolean;
}

type ShareRow = ReturnType<ReturnType<typeof prepareShares>["ofOwnership"]["all"]>[number];

/** Whom one owner lets look at their tags. */
export class OwnedShares {
  readonly #parts: OwnedSharesParts;

  constructor(parts: OwnedSharesParts) {
    this.#parts = parts;
  }

  /** Those that last, by id: viewers, and invitations that can still be accepted. */
  async list(tag: TagId): Promise<readonly Share[] | "not-found"> {
    const { tags, statements, now } = this.#parts;
    const present = tags.present(tag);
    if (present === undefined) return "not-found";
    const wanted = { ownership: present.id, now: now() };
    const rows = allReadable({
      all: () => statements.ofOwnership.all(wanted),
      ids: () => statements.idsOfOwnership.all(wanted).map(({ id }) => id as ShareId),
      one: (id) => statements.oneOfOwnership.get({ id, ...wanted }),
    });
    const shares: Share[] = [];
    for (const row of rows) shares.push(isLost(row) ? unreadable(row.lost) : await this.#toShare(tag, row));
    return shares;
  }

  async invite(tag: TagId, draft: ShareDraft): Promise<InviteOutcome> {
    const { tags, keys, now, isClockTrusted, isClockPlausible, statements, writes } = this.#parts;
    const present = tags.present(tag);
    if (present === undefined) return { kind: "refused", reason: "not-found" };
    if (!isClockPlausible()) return { kind: "refused", reason: CLOCK_NOT_TRUSTED };
    const code = createClaimCode();
    const at = now();
    const place = { id: createRandomId<ShareId>(), ownership: present.id, sealing_key: present.sealing_key };
    const sealer = sealerOf(tag, place, await keys.byId(place.sealing_key));
    const row: ShareRow = {
      ...place,
      kind: draft.kind,
      created_at: at,
      history_from:
        draft.historyFrom ?? shareBeginsAt(at, statements.newestFix.get({ ownership: present.id })),
      ends_at: draft.endsAt ?? null,
      code_hash: hashClaimCode(code),
      code_expires_at: at + INVITATION_S,
      viewer: null,
      accepted_at: null,
      name: sealer.seal(namePlace(at), Buffer.from(draft.name)),
      alerts: flag(draft.rights?.alerts),
      commands: flag(draft.rights?.commands),
    };
    const reason = writes.run(() => {
      if (tags.present(tag)?.id !== present.id) return "not-found";
      if (isClockTrusted()) statements.dropOver.run({ ownership: present.id, now: at });
      if (statements.ofOwnership.all({ ownership: present.id, now: at }).length >= MAX_SHARES)
        return "too-many-shares";
      statements.add.run(row);
      this.#record("share.invited", tag);
      return undefined;
    });
    if (reason !== undefined) return { kind: "refused", reason };
    return { kind: "invited", share: await this.#toShare(tag, row), code };
  }

  async change(tag: TagId, id: ShareId, rights: ShareRights): Promise<Share | "not-found"> {
    const { tags, statements, writes, now } = this.#parts;
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    const row = writes.run(() => {
      const former = statements.oneOfOwnership.get({ id, ownership, now: now() });
      if (former === undefined) return undefined;
      const { alerts = former.alerts === 1, commands = former.commands === 1 } = rights;
      const changed = { ...former, alerts: flag(alerts), commands: flag(commands) };
      statements.change.run(changed);
      if (!alerts) this.#untell(former.viewer, ownership);
      this.#record("share.changed", tag);
      return changed;
    });
    return row === undefined ? "not-found" : this.#toShare(tag, row);
  }

  /** Takes a viewer's right or withdraws an invitation: what the viewer asks next is answered as for no tag. */
  remove(tag: TagId, id: ShareId): "removed" | "not-found" {
    const { tags, statements, writes } = this.#parts;
    const ownership = tags.present(tag)?.id;
    if (ownership === undefined) return "not-found";
    return writes.run(() => {
      const viewer = statements.viewerOf.get({ id, ownership })?.viewer ?? null;
      if (statements.remove.run({ id, ownership }) === 0) return "not-found";
      this.#untell(viewer, ownership);
      this.#record("share.removed", tag);
      return "removed";
    });
  }

  /** What the viewer was told of the tag, and is yet to be, goes. */
  #untell(viewer: string | null, ownership: number): void {
    if (viewer !== null) this.#parts.untelling.viewer(viewer, ownership);
  }

  #record(event: "share.changed" | "share.invited" | "share.removed", subject: TagId): void {
    const { owner, trail } = this.#parts;
    trail.record({ event, actor: owner, account: owner, subject });
  }

  async #toShare(tag: TagId, row: ShareRow): Promise<Share> {
    const key = await this.#parts.keys.find(row.sealing_key);
    const name = key && sealerOf(tag, row, key).open(namePlace(row.created_at), row.name);
    return {
      id: row.id as ShareId,
      kind: row.kind,
      name: name?.toString(),
      createdAt: row.created_at as UnixSeconds,
      inviteExpiresAt: row.code_expires_at as UnixSeconds,
      acceptedAt: (row.accepted_at ?? undefined) as UnixSeconds | undefined,
      historyFrom: row.kind === "live" ? undefined : (row.history_from as UnixSeconds),
      endsAt: (row.ends_at ?? undefined) as UnixSeconds | undefined,
      alerts: row.alerts === 1,
      commands: row.commands === 1,
    };
  }
}

/** What is left of a share without the page that cannot be read: its dates are 1970. */
function unreadable(id: ShareId): Share {
  const none = { alerts: false, commands: false };
  const never = { acceptedAt: undefined, historyFrom: undefined, endsAt: undefined, ...none };
  const times = { createdAt: 0 as UnixSeconds, inviteExpiresAt: 0 as UnixSeconds };
  return { id, kind: undefined, name: undefined, ...times, ...never };
}

function sealerOf(
  tag: TagId,
  share: { readonly id: string; readonly ownership: number; readonly sealing_key: number },
  key: ConstructorParameters<typeof Sealer>[1],
): Sealer {
  return new Sealer({ text: `${tag} ${share.id}`, number: share.ownership, keyId: share.sealing_key }, key);
}

function flag(isSet: boolean | undefined): 0 | 1 {
  return isSet === true ? 1 : 0;
}

function namePlace(createdAt: number) {
  return { kind: "share-name", epoch: 0, number: 0, at: createdAt } as const;
}
