import { randomBytes } from "node:crypto";
import { isCorruption, unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { GroupWrite } from "@purrimeter/database/group-write";
import type { UnixMs } from "./alert.ts";
import type { OutboxRow, TaskStatements, TurnRow } from "./task-statements.ts";

/** How long a turn waits that cannot be read, or whose key is not there. */
export const UNREADABLE_MS = 600_000;

/** A turn that is taken: an event of the outbox, or the time that was asked for. */
export interface LeasedTurn {
  readonly turn: TurnRow;
  readonly event: OutboxRow | "due";
  readonly lease: string;
}

/** Which turns to take. */
export interface WantedTurns {
  readonly nowMs: UnixMs;
  readonly leaseMs: number;
  readonly limit: number;
  readonly withTimers: boolean;
}

export function createLease(): string {
  return randomBytes(9).toString("base64url");
}

type Choice = OutboxRow | "due" | "none" | "corrupt";

/** Takes turns for who judges: of one ownership one at a time. */
export class TaskLeases {
  readonly #statements: TaskStatements;
  readonly #grouped: GroupWrite;

  constructor(statements: TaskStatements, grouped: GroupWrite) {
    this.#statements = statements;
    this.#grouped = grouped;
  }

  async take(wanted: WantedTurns): Promise<LeasedTurn[]> {
    const turns = this.#turns(wanted);
    if (turns.length === 0) return [];
    const chosen = turns.map((turn) => ({ turn, choice: this.#choose(turn, wanted) }));
    return this.#grouped.submit(() =>
      chosen.flatMap(({ turn, choice }) => this.#lease(turn, choice, wanted)),
    );
  }

  /** It is not given now: it comes again at that time. */
  hold(ownership: number, nowMs: UnixMs): Promise<void> {
    return this.#grouped.submit(() => this.#hold(ownership, null, nowMs + UNREADABLE_MS));
  }

  /** The event can never be judged: the next one is. */
  skip({ turn: { ownership }, event }: LeasedTurn, nowMs: UnixMs): Promise<void> {
    return this.#grouped.submit(() => {
      if (event !== "due") this.#statements.removeEvent.run(event.id);
      this.#statements.settle.run({ ownership, nowMs });
    });
  }

  #turns({ nowMs, limit, withTimers }: WantedTurns): TurnRow[] {
    const wanted = { nowMs, limit };
    const turns = new Map<number, TurnRow>();
    for (const turn of this.#statements.withEvents.all(wanted)) turns.set(turn.ownership, turn);
    if (withTimers)
      for (const turn of this.#statements.withTimers.all(wanted)) turns.set(turn.ownership, turn);
    return [...turns.values()].slice(0, limit);
  }

  #choose(turn: TurnRow, { nowMs, withTimers }: WantedTurns): Choice {
    const first = unlessCorrupt(() => this.#statements.firstEvent.get(turn.ownership), "corrupt");
    if (first !== undefined) return first;
    const isDue = withTimers && turn.due_at !== null && turn.due_at * 1_000 <= nowMs;
    return isDue ? "due" : "none";
  }

  #lease(before: TurnRow, choice: Choice, { nowMs, leaseMs }: WantedTurns): LeasedTurn[] {
    const { ownership } = before;
    const turn = this.#statements.turn.get(ownership);
    // Somebody else took it since it was read.
    if (turn === undefined || turn.held_until_ms > nowMs) return [];
    if (this.#statements.isPresent.get(ownership) === undefined) {
      this.#statements.removeTurn.run(ownership);
      this.#statements.removeEvents.run(ownership);
      return [];
    }
    if (choice === "none") this.#statements.settle.run({ ownership, nowMs });
    if (choice === "corrupt") this.#hold(ownership, null, nowMs + UNREADABLE_MS);
    if (choice === "none" || choice === "corrupt") return [];
    const lease = createLease();
    this.#hold(ownership, lease, nowMs + leaseMs);
    return [{ turn, event: choice, lease }];
  }

  #hold(ownership: number, lease: string | null, untilMs: UnixMs): void {
    this.#statements.hold.run({ ownership, lease, untilMs });
  }
}

/** What `work` gives, or undefined when it meets a page that cannot be read. */
export async function unlessCorruptLater<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  }
}
