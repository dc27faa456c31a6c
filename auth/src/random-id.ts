import { randomBytes } from "node:crypto";

/** 128 random bits as 32 hex digits: ids of owners, sessions and tokens, which nobody can guess or count. */
export function randomId(): string {
  return randomBytes(16).toString("hex");
}
