import { z } from "zod";

const text = z.string().max(200);

/** An alarm as one line of the spool, from which the process that tells operators takes it. */
export const alarmLineSchema = z.strictObject({
  /** Unique; the id of the webhook's message. */
  id: text,
  /** Seconds of UTC. */
  at: z.int().min(0),
  process: text,
  rule: text,
  severity: z.enum(["notice", "warning", "critical"]),
  more: z.int().min(0),
  account: text.optional(),
  network: text.optional(),
  tag: text.optional(),
});

/** An alarm of a spool. */
export type AlarmLine = z.infer<typeof alarmLineSchema>;
