import { z } from "@hono/zod-openapi";
import { MAX_COMMAND_S } from "@purrimeter/protocol/limits";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { CommandDraft, CommandKind, TagCommand } from "@purrimeter/store/command";
import { refuse } from "../edge/problem.ts";
import { timeSchema } from "../lists/list-query.ts";
import { rfc3339 } from "../lists/rfc3339.ts";

const MINUTE_S = 60;
const HOUR_S = 3_600;

/** A tag that has not come within a week will not do it then either. */
const MAX_WAIT_S = 7 * 86_400;

/** How long each lasts, in its own unit, and what it is without a word. A cat bears a buzzer for two minutes. */
const LASTING = {
  live: { field: "minutes", unitS: MINUTE_S, most: MAX_COMMAND_S / MINUTE_S, usual: 15 },
  buzz: { field: "seconds", unitS: 1, most: 120, usual: 10 },
  light: { field: "seconds", unitS: 1, most: 600, usual: 60 },
} as const;

const isLasting = (kind: CommandKind): kind is keyof typeof LASTING => kind in LASTING;

/** How long a command waits for its tag. Who watches live looks now. */
const usualWaitS = (kind: CommandKind): number => (kind === "live" ? 900 : HOUR_S);

const commandKindSchema = z.enum(["live", "locate", "buzz", "light", "stop"]).openapi("CommandKind", {
  description:
    "`live`: a fix each 5 s for so many minutes. `locate`: one fix now, also while the cat sleeps. `buzz`, `light`: for so many " +
    "seconds. `stop`: ends live mode, buzzer and light, and what of these still waits.",
});

/** Refused by its command's own limit alone, which may be lower. */
const whole = (most: number, description: string) =>
  z.number().int().min(1).optional().openapi({ description, maximum: most });

export const newCommandSchema = z
  .strictObject({
    kind: commandKindSchema,
    minutes: whole(LASTING.live.most, "Of live; 15 when left out."),
    seconds: whole(LASTING.light.most, "Of buzz (at most 120; 10 when left out) and light (60)."),
    expiresAt: timeSchema(
      "The tag does not act on it after this; at most a week from now. When left out an hour, of live a quarter of one.",
      Math.floor,
    ),
  })
  .superRefine((body, context) => {
    const { kind } = body;
    const own = isLasting(kind) ? LASTING[kind] : undefined;
    for (const field of ["minutes", "seconds"] as const)
      if (body[field] !== undefined && field !== own?.field)
        context.addIssue({ code: "custom", path: [field], message: `A command ${kind} has no ${field}.` });
    const given = own && body[own.field];
    if (own !== undefined && given !== undefined && given > own.most)
      context.addIssue({
        code: "custom",
        path: [own.field],
        params: { limit: own.most },
        message: `A command ${kind} lasts at most ${own.most} ${own.field}.`,
      });
  })
  .openapi("NewCommand", { example: { kind: "buzz", seconds: 10 } });

const instant = z.iso.datetime();

export const commandSchema = z
  .strictObject({
    id: z.string(),
    kind: commandKindSchema,
    seconds: z.number().int().openapi({ description: "How long it lasts; 0 for locate and stop." }),
    state: z.enum(["pending", "sent", "done", "refused", "expired", "stopped", "replaced"]).openapi({
      description:
        "`pending`: the tag has not been there. `sent`: to a tag that was there; sent again until it answers. `done`: the tag began it. " +
        "`stopped`: a later stop ended it. `refused`: see `reason`. `expired`: the tag did not come, or came too late. `replaced`: by a " +
        "later one of its kind. What the tag did is told whenever it says so, also after `expired`.",
    }),
    reason: z
      .enum(["too-old", "refused-by-tag"])
      .nullable()
      .openapi({ description: "Of refused: the tag's firmware is too old for it, or the tag said no." }),
    createdAt: instant,
    sentAt: instant.nullable().openapi({ description: "When it was first sent." }),
    answeredAt: instant
      .nullable()
      .openapi({ description: "By the tag's clock; null when it did not know the time." }),
    expiresAt: instant,
    by: z.enum(["owner", "viewer"]).openapi({ description: "Who gave it." }),
  })
  .openapi("Command");

export const givenCommandSchema = commandSchema
  .extend({
    nextContactAt: instant.nullable().openapi({
      description:
        "When the tag is expected: it listens when it reports. null when it was never heard. Later while the cat rests, for then the tag has nothing to report.",
    }),
  })
  .openapi("GivenCommand");

const orNull = (at: UnixSeconds | undefined): string | null => (at === undefined ? null : rfc3339(at));

/** A command as who gave it reads it. */
export function commandBody(command: TagCommand): z.infer<typeof commandSchema> {
  const { id, kind, seconds, state, reason, createdAt, sentAt, answeredAt, expiresAt, isOwners } = command;
  return {
    ...{ id: String(id), kind, seconds, state, reason: reason ?? null },
    createdAt: rfc3339(createdAt),
    sentAt: orNull(sentAt),
    answeredAt: orNull(answeredAt),
    expiresAt: rfc3339(expiresAt),
    by: isOwners ? "owner" : "viewer",
  };
}

/** With when the tag is expected. */
export function givenCommandBody(
  command: TagCommand,
  nextContactAt: UnixSeconds | undefined,
): z.infer<typeof givenCommandSchema> {
  return { ...commandBody(command), nextContactAt: orNull(nextContactAt) };
}

/** What the body means at that moment; throws a problem for an expiry that is past or far away. */
export function commandDraftOf(
  body: z.infer<typeof newCommandSchema>,
  now: number,
  idempotencyKey: string | undefined,
): CommandDraft {
  const { kind, expiresAt = now + usualWaitS(kind) } = body;
  if (expiresAt <= now) throw invalidExpiry("expiresAt is not in the future.");
  if (expiresAt > now + MAX_WAIT_S) throw invalidExpiry("expiresAt is at most a week from now.");
  return { kind, seconds: secondsOf(body), expiresAt: expiresAt as UnixSeconds, idempotencyKey };
}

function secondsOf({ kind, minutes, seconds }: z.infer<typeof newCommandSchema>): number {
  if (!isLasting(kind)) return 0;
  const { field, unitS, usual } = LASTING[kind];
  return ((field === "minutes" ? minutes : seconds) ?? usual) * unitS;
}

function invalidExpiry(message: string): Error {
  return refuse("invalid-request", message, [{ field: "expiresAt", message }]);
}
