import { z } from "@hono/zod-openapi";
import { DEVICE_MARK_ANSWER } from "./device-marks.ts";
import { answer } from "./route-parts.ts";

const expiresIn = z.number().int().openapi({ description: "Seconds that the access token lives." });

/** What a login and a refresh give to clients that keep their tokens. */
export const tokensSchema = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string().openapi({
      description:
        "Good once: the answer to a refresh brings the next. Asking again within 30 seconds brings the same one.",
    }),
    expiresIn,
  })
  .openapi("Tokens");

/** What a login and a refresh give. */
export type Tokens = z.infer<typeof tokensSchema>;

/** What a page of this origin gets: its tokens are in cookies that no script can read. */
const cookieTokensSchema = z.object({ expiresIn }).openapi("CookieTokens");

/** The answer of a route that gives tokens; the authentication service always gives both. */
export const LOGGED_IN = {
  ...answer(
    "A session. A page of this origin gets its tokens as cookies.",
    z.union([tokensSchema, cookieTokensSchema]),
  ),
  headers: DEVICE_MARK_ANSWER,
};
