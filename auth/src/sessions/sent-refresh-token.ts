import { PAGE_REFRESH_TOKEN_HEADER } from "@purrimeter/auth-api/internal";
import type { Context } from "hono";
import { invalidField } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";

/** The refresh token that a request is about, undefined for a page without a cookie; or the answer when there is none. */
export type SentRefreshToken = { readonly token: string | undefined } | { readonly refusal: Problem };

/** The token of the body, or else that of the page's cookie, which only cloud-api can name. */
export function sentRefreshToken(
  context: Context,
  { refreshToken }: { refreshToken?: string | undefined },
): SentRefreshToken {
  if (refreshToken !== undefined) return { token: refreshToken };
  const cookie = context.req.header(PAGE_REFRESH_TOKEN_HEADER);
  if (cookie !== undefined) return { token: cookie === "" ? undefined : cookie };
  return { refusal: invalidField({ field: "refreshToken", message: "This field is required." }) };
}
