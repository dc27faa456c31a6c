import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import type { Tokens } from "@purrimeter/auth-api/login";
import type { Context } from "hono";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";

/** What begins a session. */
export type SessionParts = Pick<AuthService, "sessions" | "tokens">;

/** Begins a session for who has proved to be the account's owner; `device` as the login named it. */
export async function beginSession(
  context: Context,
  parts: SessionParts,
  account: Account,
  device = "",
): Promise<Tokens> {
  const session = await parts.sessions.begin(account.id, device);
  setEndedSessions(context, session.ended);
  return tokensOf(parts, account, session);
}

/** The tokens of a session that goes on. */
export async function tokensOf(
  { tokens }: Pick<SessionParts, "tokens">,
  account: Account,
  session: { readonly sid: string; readonly refreshToken: string },
): Promise<Tokens> {
  const accessToken = await tokens.issue(account, session.sid);
  return { accessToken, refreshToken: session.refreshToken, expiresIn: ACCESS_TOKEN_LIFETIME_S };
}
