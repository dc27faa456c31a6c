import { z } from "zod";

const seconds = z.int().min(0).max(4_294_967_295);
const side = z.enum(["inside", "outside", "unknown"]);
const knownSide = z.enum(["inside", "outside"]);

/** What was told last of a zone. */
const toldSchema = z.object({
  /** Where whoever was told believes the tag to be. */
  side: knownSide,
  alert: z.string().max(64),
  /** Since when, and how many ways out it said. */
  at: seconds,
  count: z.int().min(1),
  /** When something was told within FLAP_S, seconds of UTC, oldest first. */
  times: z.array(seconds).max(32),
  /** The owner had muted the tag: viewers alone were told. */
  isViewersOnly: z.boolean().optional(),
});

/** What is known of a tag's side of a zone. */
const fenceSchema = z.object({
  side,
  /** The last side that was known. */
  known: knownSide.nullable(),
  /** Of the change that decided it, seconds of UTC. */
  at: seconds,
  epoch: seconds,
  number: seconds,
  /** Since when it is outside, as far as is known. */
  outsideSince: seconds.optional(),
  insideSince: seconds.optional(),
  /** Changes that were judged lately, "EPOCH:NUMBER": what comes twice is judged once. */
  seen: z.array(z.string().max(32)).max(32),
  told: toldSchema.optional(),
});

const stateSchema = z.object({
  v: z.literal(1),
  fences: z.record(z.string(), fenceSchema).default({}),
  /** What each rule remembers, by its id; its kind reads it. */
  rules: z.record(z.string(), z.unknown()).default({}),
  /** Since when this ownership is judged, seconds of UTC. */
  since: seconds.optional(),
});

export type FenceState = z.infer<typeof fenceSchema>;
export type AlertState = z.infer<typeof stateSchema>;

/** Zones that are remembered. */
export const MAX_FENCES = 64;

/** Changes of a zone that are remembered. */
export const MAX_SEEN = 32;

/** The state as it was kept; a fresh one when there is none, or when it is of a version that is not known. */
export function readState(kept: unknown): AlertState {
  return stateSchema.safeParse(kept).data ?? { v: 1, fences: {}, rules: {} };
}
