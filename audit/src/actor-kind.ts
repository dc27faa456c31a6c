import type { TrailEvent } from "./trail-row.ts";

/**
 * Who did what a row tells of: the account that it is about, another account (a viewer, the next owner), somebody who
 * runs or examines the service, or no account (a service, the command line, somebody who proved nothing).
 */
export const ACTOR_KINDS = ["owner", "other", "staff", "system"] as const;

/** One of them. */
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** What operators and auditors alone do. */
const STAFF_EVENTS: readonly string[] = ["audit.read", "tag.code-renewed", "tag.registered", "tag.revoked"];

/** The kind of a row's actor. */
export function actorKindOf({ event, actor, account }: TrailEvent): ActorKind {
  if (actor === "") return "system";
  if (STAFF_EVENTS.includes(event)) return "staff";
  return actor === account ? "owner" : "other";
}

const IS_STAFF = `event IN (${STAFF_EVENTS.map((event) => `'${event}'`).join(", ")})`;

/** The same as conditions of SQLite. */
export const ACTOR_CONDITIONS: Readonly<Record<ActorKind, string>> = {
  owner: `actor <> '' AND actor = account AND NOT ${IS_STAFF}`,
  other: `actor <> '' AND actor <> account AND NOT ${IS_STAFF}`,
  staff: `actor <> '' AND ${IS_STAFF}`,
  system: "actor = ''",
};
