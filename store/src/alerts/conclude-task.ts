import type { GroupWrite } from "@purrimeter/database/group-write";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { MissingKeyError } from "../sealing/missing-key.ts";
import { createRandomId } from "../random-id.ts";
import type { AlertFacts, AlertId, AlertKind, UnixMs } from "./alert.ts";
import type { AlertConclusion, AlertDraft, AlertTask } from "./alert-work.ts";
import type { DeliveryRows } from "./delivery-rows.ts";
import { sealState } from "./fill-task.ts";
import type { TaskStatements } from "./task-statements.ts";
import type { ReadyAlert, Teller } from "./tell.ts";

/** What concludes tasks. */
export interface TaskConcluderParts {
  readonly statements: TaskStatements;
  readonly writes: GroupWrite;
  readonly keys: OwnerKeys;
  readonly teller: Teller;
  readonly deliveries: DeliveryRows;
}

interface ReadyDraft {
  readonly draft: AlertDraft;
  /** undefined when the owner has muted the tag. */
  readonly ofOwner: ReadyAlert | undefined;
  readonly ofViewers: readonly ReadyAlert[];
}

/** They name other viewers, or tell of what only the owner can read. */
const OWNERS_ALONE: ReadonlySet<AlertKind> = new Set<AlertKind>(["found", "shared"]);

/** They say where the tag was: to a viewer, only from the time on that the share shows. */
const MOVES: ReadonlySet<AlertKind> = new Set<AlertKind>(["left", "came-back"]);

/** Where the tag was heard last may be from before a share began: it is in no copy, so that no channel and no export has it. */
function factsForViewers({ place: _, ...facts }: AlertFacts): AlertFacts {
  return facts;
}

/** What a task's id says. */
export function idOf(task: Pick<AlertTask, "id">): {
  readonly event: number | undefined;
  readonly lease: string;
} {
  const [event = "", lease = ""] = task.id.split(" ");
  return { event: event === "due" ? undefined : Number(event), lease };
}

/** Keeps what became of tasks: alerts, deliveries, what the rules remember and the next time, all of it or nothing. */
export class TaskConcluder {
  readonly #parts: TaskConcluderParts;

  constructor(parts: TaskConcluderParts) {
    this.#parts = parts;
  }

  async conclude(
    task: AlertTask,
    { alerts, state, dueAt }: AlertConclusion,
    nowMs: UnixMs,
  ): Promise<boolean> {
    const { statements, keys, writes } = this.#parts;
    const { ownership } = task;
    const row = statements.judged.get(ownership);
    if (row === undefined) return false;
    const now = Math.floor(nowMs / 1_000) as UnixSeconds;
    const sealed = sealState(row, await keys.byId(row.sealing_key), state, now);
    const ready: ReadyDraft[] = [];
    for (const draft of alerts) ready.push(await this.#ready(task, draft, now));
    return writes.submit(() => {
      const { event, lease } = idOf(task);
      if (statements.holds.get({ ownership, lease }) === undefined) return false;
      const isThere = event === undefined || statements.removeEvent.run(event).changes > 0;
      // What it is about was erased meanwhile.
      if (isThere) this.#keep(task, ready, nowMs);
      const kept = { ownership, dueAt: dueAt ?? null, changedAt: now, key: row.sealing_key, sealed };
      if (isThere) statements.keep.run(kept);
      statements.settle.run({ ownership, nowMs });
      return isThere;
    });
  }

  #keep({ ownership }: AlertTask, ready: readonly ReadyDraft[], nowMs: UnixMs): void {
    const { statements, teller, deliveries } = this.#parts;
    const viewers = new Set(statements.viewers.all({ ownership, now: Math.floor(nowMs / 1_000) }));
    for (const { draft, ofOwner, ofViewers } of ready) {
      for (const replaced of draft.replaces) deliveries.dropUnbegun(replaced, ownership);
      const { channels, notBefore } = draft;
      if (ofOwner !== undefined) teller.tell(ofOwner, { channels, notBefore, nowMs });
      for (const alert of ofViewers)
        if (viewers.has(alert.alert.account)) teller.tell(alert, { channels: undefined, notBefore, nowMs });
    }
  }

  async #ready({ ownership, owner }: AlertTask, draft: AlertDraft, createdAt: number): Promise<ReadyDraft> {
    const { statements, teller } = this.#parts;
    const { id, kind, rule, facts, stages } = draft;
    const content = { ownership, kind, rule, createdAt, facts, stages };
    const ofOwner = draft.toOwner ? await teller.ready({ ...content, id, account: owner }) : undefined;
    const viewers =
      draft.toViewers && !OWNERS_ALONE.has(kind)
        ? statements.viewersOf.all({ ownership, now: createdAt, at: MOVES.has(kind) ? facts.at : null })
        : [];
    const ofViewers: ReadyAlert[] = [];
    for (const account of viewers) {
      const own = { id: createRandomId<AlertId>(), account, facts: factsForViewers(facts) };
      const copy = { ...content, ...own, origin: id, rule: undefined };
      const ready = await unlessMissing(() => teller.ready(copy));
      if (ready !== undefined) ofViewers.push(ready);
    }
    return { draft, ofOwner, ofViewers };
  }
}

/** One viewer whose key is not there keeps nobody else from being told. */
async function unlessMissing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MissingKeyError) return undefined;
    throw error;
  }
}
