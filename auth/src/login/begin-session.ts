import type { Context } from "hono";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { ACCESS_TOKEN_LIFETIME_S } from "../http/cloud-api-interface.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";

/** What a login, a registration and a refresh give. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** Begins a session for who has proved to be the account's owner. */
export async function beginSession(
  context: Context,
  service: AuthService,
  account: Account,
  device: string,
): Promise<Tokens> {
  const session = await service.sessions.begin(account.id, device);
  setEndedSessions(context, session.ended);
  return tokensOf(service, account, session);
}

/** The tokens of a session that goes on. */
export async function tokensOf(
  service: AuthService,
  account: Account,
  session: { readonly sid: string; readonly refreshToken: string },
): Promise<Tokens> {
  const accessToken = await service.tokens.issue(account, session.sid);
  return { accessToken, refreshToken: session.refreshToken, expiresIn: ACCESS_TOKEN_LIFETIME_S };
}
