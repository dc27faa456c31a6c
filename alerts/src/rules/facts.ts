import type { AlertFacts } from "@purrimeter/store/alert";
import type { AlertDraft } from "@purrimeter/store/alert-work";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { z } from "zod";
import type { Judging } from "./judging.ts";

type Stages = AlertDraft["stages"];

const NO_STAGES: Stages = { decidedAt: undefined, sentAt: undefined, storedAt: undefined };

/** What decided an alert, as a rule remembers it until it is told. */
export const originSchema = z.object({
  decidedAt: z.number().optional(),
  sentAt: z.number().optional(),
  storedAt: z.number().optional(),
  evidence: z.object({ epoch: z.number(), first: z.number(), last: z.number() }).optional(),
});

export type Origin = z.infer<typeof originSchema>;

/** Where the event of this task comes from: entries of the tag, and when each stage was reached. */
export function originOf({ task: { event }, nowMs }: Judging): Origin {
  if (event.kind === "due") return {};
  if (event.kind !== "transition") return { storedAt: nowMs };
  const { entry, epoch, number, at, receivedAtMs } = event;
  return {
    ...(at !== 0 && { decidedAt: at * 1_000 }),
    ...{ sentAt: receivedAtMs, storedAt: nowMs },
    evidence: { epoch, first: entry.evidenceFrom, last: number },
  };
}

/** Facts that every alert about a tag has. `atS`: seconds of UTC. */
export function factsAt({ task }: Judging, atS: number): AlertFacts {
  return { tagName: task.tagName, at: atS as UnixSeconds };
}

/** The zone of that key: with the name that it has now. */
export function zoneOf({ task: { event, geofences } }: Judging, key: string): AlertFacts["geofence"] {
  const present = geofences.find(({ id }) => id === key);
  const named = event.kind === "transition" && event.geofence?.id === key ? event.geofence : undefined;
  return present ?? named;
}

export function evidenceOf({ evidence }: Origin): Pick<AlertFacts, "evidence"> {
  return evidence === undefined ? {} : { evidence: evidence as NonNullable<AlertFacts["evidence"]> };
}

export function stagesOf({ decidedAt, sentAt, storedAt }: Origin): Stages {
  return { ...NO_STAGES, decidedAt, sentAt, storedAt };
}
