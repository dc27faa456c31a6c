import { ProblemError } from "@purrimeter/service/problem";
import { problem, refuse } from "../edge/problem.ts";

/** Strong entity tag (RFC 9110 section 8.8.3) of a version. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

function malformed(): Error {
  const message = 'If-Match is "*" or one entity tag in quotes, as ETag gave it.';
  return refuse("invalid-request", message, [{ field: "If-Match", message }]);
}

/** The refusal of a change to what has changed meanwhile. */
export function changedMeanwhile(): Error {
  return new ProblemError(problem("precondition-failed", "It has been changed since you read it."));
}

/**
 * The version that If-Match names, undefined for "*" (whatever is there). Throws problems `precondition-required`
 * without the header and `precondition-failed` for a tag that is none of ours: weak ones never match.
 */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined)
    throw refuse("precondition-required", "Send the ETag that you read in If-Match.");
  const value = ifMatch.trim();
  if (value === "*") return undefined;
  const [, weak, tag] = /^(W\/)?"([^"]{0,64})"$/.exec(value) ?? [];
  if (tag === undefined) throw malformed();
  if (weak !== undefined || !/^[1-9]\d{0,14}$/.test(tag)) throw changedMeanwhile();
  return Number(tag);
}

/** Whether If-None-Match says that the reader has this version already (weak comparison). */
export function isKnownToReader(ifNoneMatch: string | undefined, version: number): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(entityTag(version));
}
