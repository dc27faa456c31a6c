import type { AlertFacts } from "@purrimeter/store/alert";
import { z } from "zod";
import type { AlertKind } from "@purrimeter/store/alert";
import { evidenceOf, factsAt, originOf, originSchema, stagesOf } from "./facts.ts";
import type { Judging, Verdict } from "./judging.ts";
import { applies, endOfQuiet } from "./rule-times.ts";

/** What is remembered of what was told, and what may wait for the end of quiet hours. */
const MAX_REMEMBERED = 16;

const heldSchema = z.object({ at: z.number(), name: z.string().optional(), origin: originSchema });
const memorySchema = z.object({ done: z.array(z.string()), held: z.array(heldSchema) });

/** Something that happened once. */
export interface Happening {
  /** Tells it from others of its kind: it is told once. */
  readonly id: string;
  /** Seconds of UTC. */
  readonly at: number;
  readonly name?: string | undefined;
}

/** Tells each of what happened once: at once, or at the end of quiet hours. */
export function tellOnce(
  judging: Judging,
  kept: unknown,
  kind: AlertKind,
  happenings: readonly Happening[],
): Verdict {
  const before = memorySchema.safeParse(kept).data ?? { done: [], held: [] };
  const news = happenings.filter(({ id, at }) => !before.done.includes(id) && applies(judging, at));
  const done = [...before.done, ...happenings.map(({ id }) => id).filter((id) => !before.done.includes(id))];
  const origin = originOf(judging);
  const held = [
    ...before.held,
    ...news.map(({ at, name }) => ({ at, origin, ...(name !== undefined && { name }) })),
  ];
  const quietEnd = endOfQuiet(judging);
  const memory = { done: done.slice(-MAX_REMEMBERED), held: held.slice(-MAX_REMEMBERED) };
  if (held.length === 0) return { memory: done.length === 0 ? undefined : memory, told: [] };
  if (quietEnd > judging.nowS) return { memory, told: [], dueAt: quietEnd };
  return { memory: { ...memory, held: [] }, told: held.map((one) => toldOf(judging, kind, one)) };
}

function toldOf(judging: Judging, kind: AlertKind, { at, name, origin }: z.infer<typeof heldSchema>) {
  const facts: AlertFacts = {
    ...factsAt(judging, at),
    ...(name !== undefined && { name }),
    ...evidenceOf(origin),
  };
  return { kind, facts, stages: stagesOf(origin) };
}
