import { accountRoute } from "./account.ts";
import { auditRoute } from "./audit.ts";
import {
  loginLinkRoute,
  loginRoute,
  logoutRoute,
  refreshRoute,
  registerRoute,
  requestLoginLinkRoute,
  secondStepRoute,
} from "./login.ts";
import { changeMailRoute, confirmMailRoute, sendVerificationRoute, verifyMailRoute } from "./mail.ts";
import {
  beginPasskeyRoute,
  listPasskeysRoute,
  makePasskeyRoute,
  passkeyLoginOptionsRoute,
  passkeyLoginRoute,
  removePasskeyRoute,
} from "./passkeys.ts";
import { changePasswordRoute, requestResetRoute, resetPasswordRoute } from "./password.ts";
import { endPersonalTokenRoute, listPersonalTokensRoute, makePersonalTokenRoute } from "./personal-tokens.ts";
import {
  beginTotpRoute,
  confirmTotpRoute,
  listFactorsRoute,
  recoveryCodesRoute,
  removeTotpRoute,
} from "./second-factors.ts";
import { endOtherSessionsRoute, endSessionRoute, listSessionsRoute } from "./sessions.ts";

/** Routes that give tokens: the API keeps those of its own pages in cookies. */
export const TOKEN_ROUTES = [loginRoute, loginLinkRoute, secondStepRoute, passkeyLoginRoute] as const;

/** Routes that take a refresh token, which a page of the API's own origin has in a cookie. */
const REFRESH_TOKEN_ROUTES = [refreshRoute, logoutRoute] as const;

/** Routes whose requests and answers the API passes on as they are. */
export const PLAIN_ROUTES = [
  registerRoute,
  requestLoginLinkRoute,
  passkeyLoginOptionsRoute,
  accountRoute,
  listSessionsRoute,
  endOtherSessionsRoute,
  endSessionRoute,
  changePasswordRoute,
  requestResetRoute,
  resetPasswordRoute,
  sendVerificationRoute,
  verifyMailRoute,
  changeMailRoute,
  confirmMailRoute,
  listFactorsRoute,
  beginTotpRoute,
  confirmTotpRoute,
  removeTotpRoute,
  recoveryCodesRoute,
  listPasskeysRoute,
  beginPasskeyRoute,
  makePasskeyRoute,
  removePasskeyRoute,
  listPersonalTokensRoute,
  makePersonalTokenRoute,
  endPersonalTokenRoute,
  auditRoute,
] as const;

/** All routes that clients reach below /v1/auth. `eraseAccountRoute` is not one of them: it is DELETE /v1/account. */
export const ACCOUNT_ROUTES = [...TOKEN_ROUTES, ...REFRESH_TOKEN_ROUTES, ...PLAIN_ROUTES] as const;
