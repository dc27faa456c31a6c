import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import type { Tokens } from "@purrimeter/auth-api/login";
import type { Context } from "hono";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { sentMark, setMark } from "../http/device-mark.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";

/** What begins a session. */
export type SessionParts = Pick<AuthService, "audit" | "devices" | "sessions" | "tokens">;

/** Begins a session for who has proved to be the account's owner, and makes the device familiar; `device` as the login named it. */
export async function beginSession(
  context: Context<AppEnvironment>,
  parts: SessionParts,
  account: Account,
  device = "",
): Promise<Tokens> {
  const { audit, devices, sessions } = parts;
  const { address: network } = context.var;
  const sent = sentMark(context);
  const { session, mark } = await audit.act(async () => {
    const isNew = await isNewDevice(parts, account.id, sent);
    const begun = await sessions.begin(account.id, device);
    await sessions.mark(begun.sid);
    audit.record({ event: "login.accepted", account: account.id, session: begun.sid, network });
    if (isNew) audit.record({ event: "device.new", account: account.id, session: begun.sid, network });
    return { session: begun, mark: await devices.remember(account.id, sent) };
  });
  setEndedSessions(context, session.ended);
  setMark(context, mark);
  return tokensOf(parts, account, session);
}

/** The first login of an account is no news to who has just made it. */
async function isNewDevice(
  { devices, sessions }: Pick<SessionParts, "devices" | "sessions">,
  account: string,
  sent: string | undefined,
): Promise<boolean> {
  if ((await devices.find(account, sent)) !== undefined) return false;
  return (await sessions.hasAny(account)) || devices.areInUse(account);
}

/** Makes the device of a session that goes on familiar: once, unless its client sends the mark that it was given. */
export async function rememberDevice(
  context: Context,
  { devices, sessions }: Pick<SessionParts, "devices" | "sessions">,
  { account, sid }: { readonly account: string; readonly sid: string },
): Promise<void> {
  const sent = sentMark(context);
  const hasMark = sent !== undefined && devices.isOurs(sent);
  if (!hasMark && !(await sessions.mark(sid))) return;
  setMark(context, await devices.remember(account, sent));
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
