import { createHash, randomInt } from "node:crypto";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import { FIRST_WIRE_VERSION } from "@purrimeter/protocol/limits";
import { commandVersion } from "@purrimeter/protocol/command";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { OutboxRows } from "../alerts/outbox-rows.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { CLOCK_NOT_TRUSTED } from "../tags/clock-refusal.ts";
import {
  KEY_S,
  type CommandDraft,
  type CommandKind,
  type GiveOutcome,
  type GiveRefusal,
  type TagCommand,
} from "./command.ts";
import type { prepareCommands } from "./command-statements.ts";

/** What GivenCommands is made of. */
export interface GivenCommandsParts {
  readonly statements: ReturnType<typeof prepareCommands>;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly outbox: OutboxRows;
  readonly now: () => UnixSeconds;
  /** Whether anything may be promised for a time. */
  readonly isClockPlausible: () => boolean;
}

/** Who gives a command, and in which ownership of the tag: asked again in the transaction. */
export interface Giver {
  readonly account: OwnerId;
  readonly isOwner: boolean;
  readonly ownership: () => number | undefined;
}

type CommandRow = NonNullable<ReturnType<ReturnType<typeof prepareCommands>["one"]["get"]>>;
type TagRow = NonNullable<ReturnType<ReturnType<typeof prepareCommands>["tag"]["get"]>>;

const MAX_LISTED = 100;

/** Positive in 31 bits. The chance that the tag still remembers such an id of a former owner is below 1 in 200 million. */
const MAX_ID = 2 ** 31;

/** What a new command of that kind takes the place of. */
const REPLACES: Readonly<Record<CommandKind, readonly CommandKind[]>> = {
  live: ["live"],
  buzz: ["buzz"],
  light: ["light"],
  locate: ["locate"],
  // One that waits, or is sent again, would begin what was just stopped.
  stop: ["stop", "live", "buzz", "light"],
};

/** Commands as accounts give and see them. */
export class GivenCommands {
  readonly #parts: GivenCommandsParts;

  constructor(parts: GivenCommandsParts) {
    this.#parts = parts;
  }

  give(giver: Giver, tag: TagId, draft: CommandDraft): GiveOutcome {
    const { writes, isClockPlausible } = this.#parts;
    if (giver.ownership() === undefined) return refused("not-found");
    if (!isClockPlausible()) return refused(CLOCK_NOT_TRUSTED);
    return writes.run(() => {
      const ownership = giver.ownership();
      return ownership === undefined ? refused("not-found") : this.#give(giver, ownership, tag, draft);
    });
  }

  one(giver: Giver, id: number): TagCommand | "not-found" {
    const ownership = giver.ownership();
    const row = ownership === undefined ? undefined : this.#parts.statements.one.get({ ownership, id });
    const isSeen = row !== undefined && (giver.isOwner || row.viewer === giver.account);
    return isSeen ? this.#toCommand(row) : "not-found";
  }

  list(giver: Giver): readonly TagCommand[] | "not-found" {
    const { newest, newestOf } = this.#parts.statements;
    const ownership = giver.ownership();
    if (ownership === undefined) return "not-found";
    const limit = MAX_LISTED;
    const rows = giver.isOwner
      ? newest.all({ ownership, limit })
      : newestOf.all({ ownership, viewer: giver.account, limit });
    return rows.map((row) => this.#toCommand(row));
  }

  /** Those that changed after that change, in that order; of the newest if there are too many. */
  since(
    giver: Giver,
    change: number,
    through = Number.MAX_SAFE_INTEGER,
  ): readonly TagCommand[] | "not-found" {
    const ownership = giver.ownership();
    if (ownership === undefined) return "not-found";
    const rows = this.#parts.statements.since.all({ ownership, change, through, limit: MAX_LISTED });
    const seen = rows.filter(({ viewer }) => giver.isOwner || viewer === giver.account);
    return seen.reverse().map((row) => this.#toCommand(row));
  }

  #give(giver: Giver, ownership: number, tag: TagId, draft: CommandDraft): GiveOutcome {
    const { statements, outbox, now } = this.#parts;
    const about = statements.tag.get({ ownership });
    if (about === undefined) return refused("not-found");
    if (about.revoked_at !== null) return refused("revoked");
    const at = now();
    const key = draft.idempotencyKey;
    const hash = key === undefined ? null : hashOf(giver.account, key);
    const before = hash && statements.ofKey.get({ ownership, hash, since: at - KEY_S });
    if (before) return repeated(before, draft) ? this.#given(before, about, false) : refused("key-reused");
    if (isTooOld(about, draft.kind)) return refused("too-old");
    const change = statements.bump.get({ ownership })?.command_change ?? 0;
    for (const kind of REPLACES[draft.kind]) statements.replace.run({ ownership, kind, change });
    const row = this.#add(ownership, {
      ...draft,
      at,
      change,
      hash,
      viewer: giver.isOwner ? null : giver.account,
    });
    // Who asked to see the cat is told when nothing comes of it.
    if (draft.kind === "live") outbox.add({ ownership, kind: "command", at, learnedAt: at, subject: row.id });
    this.#record(giver, ownership, tag, draft.kind);
    return this.#given(row, about, true);
  }

  #add(
    ownership: number,
    given: CommandDraft & {
      readonly at: number;
      readonly change: number;
      readonly hash: Buffer | null;
      readonly viewer: string | null;
    },
  ): CommandRow {
    const { statements } = this.#parts;
    let id = randomInt(1, MAX_ID);
    while (statements.one.get({ ownership, id }) !== undefined) id = randomInt(1, MAX_ID);
    const { kind, seconds, at, expiresAt, viewer, hash, change } = given;
    const times = { created_at: at, expires_at: expiresAt, sent_at: null, answered_at: null };
    const row: CommandRow = {
      ...{ ownership, id, kind, seconds, state: "pending", reason: null, viewer, key_hash: hash, change },
      ...times,
    };
    statements.add.run(row);
    return row;
  }

  #record({ account, isOwner }: Giver, ownership: number, subject: TagId, kind: CommandKind): void {
    const { trail } = this.#parts;
    const owner = isOwner ? account : trail.ownerOf(ownership).owner;
    trail.record({ event: `command.${kind}`, actor: account, account: owner, subject });
  }

  #given(row: CommandRow, about: TagRow, isNew: boolean): GiveOutcome {
    const nextContactAt = nextContact(about, this.#parts.now());
    return { kind: "given", command: this.#toCommand(row), isNew, nextContactAt };
  }

  /** One whose time is over has expired, also while nothing says so in its row. */
  #toCommand(row: CommandRow): TagCommand {
    const isOpen = row.state === "pending" || row.state === "sent";
    const isVoid = isOpen && row.expires_at < this.#parts.now() && this.#parts.isClockPlausible();
    return {
      id: row.id,
      kind: row.kind,
      seconds: row.seconds,
      state: isVoid ? "expired" : row.state,
      reason: row.reason ?? undefined,
      createdAt: row.created_at as UnixSeconds,
      sentAt: (row.sent_at ?? undefined) as UnixSeconds | undefined,
      answeredAt: (row.answered_at || undefined) as UnixSeconds | undefined,
      expiresAt: row.expires_at as UnixSeconds,
      isOwners: row.viewer === null,
    };
  }
}

/** When the tag is expected: its report interval, or that of lost mode, after it was last heard, or from now when that is past. */
function nextContact(about: TagRow, now: number): UnixSeconds | undefined {
  const { started_at: started, status_at: statusAt, last_heard_at: reportAt } = about;
  const heardAt = Math.max(reportAt ?? 0, statusAt !== null && statusAt >= started ? statusAt : 0);
  if (heardAt === 0) return undefined;
  const intervalS =
    about.lost === 1 && about.interval_s !== null ? about.interval_s : about.report_interval_s;
  const next = heardAt + intervalS;
  return (next < now ? now + intervalS : next) as UnixSeconds;
}

/** Nothing is known of a tag that has said nothing yet. */
function isTooOld({ wire_version: version }: TagRow, kind: CommandKind): boolean {
  const needed = commandVersion({ action: kind, id: 1, seconds: 0, expiresAt: 0 });
  return version !== null && version < needed && needed > FIRST_WIRE_VERSION;
}

/** The same key with another command is a client's fault. Its expiry may be one that was counted from another moment. */
function repeated(row: CommandRow, { kind, seconds }: CommandDraft): boolean {
  return row.kind === kind && row.seconds === seconds;
}

function hashOf(account: OwnerId, key: string): Buffer {
  return createHash("sha256").update(`${account}\n${key}`).digest();
}

function refused(reason: GiveRefusal): GiveOutcome {
  return { kind: "refused", reason };
}
