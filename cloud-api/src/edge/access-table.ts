import type { Scope } from "@purrimeter/auth-api/access-tokens";

/** Roles of accounts, in the tokens' `roles`. Who views a tag is no role of an account but a share, which the store knows. */
type Role = "owner" | "operator" | "auditor";

/**
 * What a viewer of a tag gets where its owner gets an answer: nothing, or what a share of that kind shows. `commands`: their own, of
 * a share that lets its viewer give them.
 */
type ViewerAccess = "nothing" | "live" | "history" | "commands";

/** Who may use a route. */
export type Access =
  | { readonly who: "anyone" }
  | {
      readonly who: "role";
      /** One of them is needed. */
      readonly roles: readonly Role[];
      /** What a personal access token needs; undefined: a session only, for what a leaked token must never do. */
      readonly scope: Scope | undefined;
      /** Whose id the path or the body carries: somebody else's is answered as one that does not exist. */
      readonly object:
        "none" | "tag" | "geofence" | "share" | "alert" | "alert-rule" | "alert-channel" | "any-tag";
      readonly viewer: ViewerAccess;
      /** Whether the account's mail address has to be verified: for what makes somebody's tag, share or address the account's. */
      readonly needsVerifiedMail?: true;
    };

const anyone: Access = { who: "anyone" };

type ObjectKind = Extract<Access, { who: "role" }>["object"];

function owners(
  scope: Scope | undefined,
  object: ObjectKind = "none",
  viewer: ViewerAccess = "nothing",
): Access {
  return { who: "role", roles: ["owner"], scope, object, viewer };
}

/**
 * Routes that make a tag or a share the account's, or that say where its alerts go: an address that is not verified may be
 * somebody else's.
 */
function verifiedOwners(object: ObjectKind = "none"): Access {
  return { ...owners(undefined, object), needsVerifiedMail: true } as Access;
}

function staff(role: "operator" | "auditor", object: ObjectKind = "none"): Access {
  return { who: "role", roles: [role], scope: undefined, object, viewer: "nothing" };
}

/** Whoever has logged in; never a personal access token: what it may do never includes the account itself. */
const session: Access = {
  who: "role",
  roles: ["owner", "operator", "auditor"],
  scope: undefined,
  object: "none",
  viewer: "nothing",
};

/**
 * Every route and who may use it. The edge asks here, and lets nobody use a route that is missing; a test tries every
 * route as everybody. Operators and auditors reach no route that shows a location.
 */
export const ACCESS: Readonly<Record<string, Access>> = {
  "GET /.well-known/security.txt": anyone,
  "GET /v1/openapi.json": anyone,
  "GET /v1/health": anyone,
  "GET /v1/ready": anyone,
  "GET /v1/problems/:name": anyone,

  "POST /v1/auth/register": anyone,
  "POST /v1/auth/login": anyone,
  "POST /v1/auth/login/link-request": anyone,
  "POST /v1/auth/login/link": anyone,
  "POST /v1/auth/login/second-factor": anyone,
  "POST /v1/auth/login/passkey/options": anyone,
  "POST /v1/auth/login/passkey": anyone,
  "POST /v1/auth/refresh": anyone,
  "POST /v1/auth/logout": anyone,
  "POST /v1/auth/mail/verify": anyone,
  "POST /v1/auth/mail/change/confirm": anyone,
  "POST /v1/auth/password/reset-request": anyone,
  "POST /v1/auth/password/reset": anyone,

  "GET /v1/account": owners(undefined),
  "PATCH /v1/account": owners(undefined),
  "DELETE /v1/account": session,
  "POST /v1/account/export": session,
  "GET /v1/account/export/:id": session,
  "GET /v1/auth/account": session,
  "GET /v1/auth/sessions": session,
  "DELETE /v1/auth/sessions": session,
  "DELETE /v1/auth/sessions/:id": session,
  "POST /v1/auth/password": session,
  "POST /v1/auth/mail/verification": session,
  "POST /v1/auth/mail/change": session,
  "GET /v1/auth/second-factors": session,
  "POST /v1/auth/second-factors/totp": session,
  "POST /v1/auth/second-factors/totp/confirm": session,
  "POST /v1/auth/second-factors/totp/remove": session,
  "POST /v1/auth/second-factors/recovery-codes": session,
  "GET /v1/auth/passkeys": session,
  "POST /v1/auth/passkeys/options": session,
  "POST /v1/auth/passkeys": session,
  "POST /v1/auth/passkeys/:id/remove": session,
  "GET /v1/auth/personal-tokens": session,
  "POST /v1/auth/personal-tokens": session,
  "DELETE /v1/auth/personal-tokens/:id": session,
  "GET /v1/auth/audit": staff("auditor"),

  "GET /v1/audit": session,

  "GET /v1/tags": owners("tags:read"),
  "POST /v1/tags/claim": verifiedOwners(),
  "GET /v1/tags/:id": owners("tags:read", "tag"),
  "PATCH /v1/tags/:id": owners("tags:write", "tag"),
  "DELETE /v1/tags/:id": owners(undefined, "tag"),

  "GET /v1/tags/:id/export": owners("locations:read", "tag"),
  "DELETE /v1/tags/:id/locations": owners(undefined, "tag"),
  "PATCH /v1/tags/:id/locations/:at": owners("tags:write", "tag"),
  "GET /v1/tags/:id/locations": owners("locations:read", "tag", "history"),
  "GET /v1/tags/:id/locations/latest": owners("locations:read", "tag", "live"),
  "GET /v1/tags/:id/live": owners("locations:read", "tag", "live"),
  "GET /v1/live": owners("locations:read"),
  "GET /v1/tags/:id/events": owners("locations:read", "tag"),
  "GET /v1/tags/:id/totals": owners("locations:read", "tag"),
  "GET /v1/tags/:id/found": owners("locations:read", "tag"),

  "POST /v1/tags/:id/commands": owners("tags:command", "tag", "commands"),
  "GET /v1/tags/:id/commands": owners("tags:command", "tag", "commands"),
  "GET /v1/tags/:id/commands/:command": owners("tags:command", "tag", "commands"),
  "GET /v1/tags/:id/lost": owners("tags:read", "tag"),
  "PUT /v1/tags/:id/lost": owners("tags:command", "tag"),
  "DELETE /v1/tags/:id/lost": owners("tags:command", "tag"),

  "GET /v1/geofences": owners("geofences:read"),
  "POST /v1/geofences": owners("geofences:write", "tag"),
  "GET /v1/geofences/:id": owners("geofences:read", "geofence"),
  "PUT /v1/geofences/:id": owners("geofences:write", "geofence"),
  "DELETE /v1/geofences/:id": owners("geofences:write", "geofence"),

  "GET /v1/tags/:id/shares": owners("tags:read", "tag"),
  "POST /v1/tags/:id/shares": owners(undefined, "tag"),
  "PATCH /v1/tags/:id/shares/:share": owners(undefined, "tag"),
  "DELETE /v1/tags/:id/shares/:share": owners(undefined, "tag"),
  "GET /v1/shares": owners("tags:read"),
  "POST /v1/shares/accept": verifiedOwners(),
  "DELETE /v1/shares/:id": owners(undefined, "share"),

  "GET /v1/tags/:id/transfer": owners("tags:read", "tag"),
  "POST /v1/tags/:id/transfer": owners(undefined, "tag"),
  "DELETE /v1/tags/:id/transfer": owners(undefined, "tag"),
  "POST /v1/tags/:id/transfer/confirm": owners(undefined, "tag"),
  "POST /v1/transfers/accept": verifiedOwners(),

  "GET /v1/alerts": owners("alerts:read"),
  "GET /v1/alerts/:id": owners("alerts:read", "alert"),
  "PATCH /v1/alerts/:id": owners("alerts:write", "alert"),
  "POST /v1/alerts/read": owners("alerts:write", "alert"),
  "GET /v1/alert-rules": owners("alerts:read"),
  "POST /v1/alert-rules": owners("alerts:write"),
  "PUT /v1/alert-rules/:id": owners("alerts:write", "alert-rule"),
  "DELETE /v1/alert-rules/:id": owners("alerts:write", "alert-rule"),
  "GET /v1/alert-channels": owners("alerts:read"),
  "GET /v1/alert-push-key": owners("alerts:read"),
  "GET /v1/alert-channels/:id": owners("alerts:read", "alert-channel"),
  "POST /v1/alert-channels": verifiedOwners(),
  "DELETE /v1/alert-channels/:id": verifiedOwners("alert-channel"),
  "POST /v1/alert-channels/:id/prove": verifiedOwners("alert-channel"),
  "POST /v1/alert-channels/:id/proof": verifiedOwners("alert-channel"),
  "POST /v1/alert-channels/:id/resume": owners(undefined, "alert-channel"),
  "POST /v1/alert-channels/:id/rotate": verifiedOwners("alert-channel"),
  "POST /v1/alert-channels/:id/test": verifiedOwners("alert-channel"),
  "GET /v1/tags/:id/mute": owners("alerts:read", "tag", "live"),
  "POST /v1/tags/:id/mute": owners("alerts:write", "tag", "live"),

  "GET /v1/found/:code": anyone,
  "POST /v1/found/:code": anyone,

  "GET /v1/operator/totals": staff("operator"),
  "GET /v1/operator/tags": staff("operator"),
  "POST /v1/operator/tags/:id/code": staff("operator", "any-tag"),
  "POST /v1/operator/tags/:id/revoke": staff("operator", "any-tag"),
};
