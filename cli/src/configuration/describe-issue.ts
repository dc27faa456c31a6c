import type { z } from "zod";
import { nearestKey } from "./nearest-key.ts";

/** One line for a value that is wrong; for keys that are not known, one line each. No line holds a value. */
export function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  const at = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") return [`${at === "" ? "the file" : at}: ${issue.message}`];
  return issue.keys.map((name) => {
    const key = at === "" ? name : `${at}.${name}`;
    const nearest = nearestKey(key, known);
    return `${key}: is not known; the nearest known key is ${nearest}`;
  });
}
