import type { VaultHttp } from "./vault-http.ts";

/** What a Vault says of itself. */
export type VaultHealth =
  | "active"
  | "standby"
  | "recovery-standby"
  | "performance-standby"
  | "not-initialised"
  | "sealed"
  | "unreachable"
  | "untrusted"
  | "unknown";

const HEALTH: Readonly<Record<number, VaultHealth>> = {
  200: "active",
  429: "standby",
  472: "recovery-standby",
  473: "performance-standby",
  501: "not-initialised",
  503: "sealed",
};

/** Asks GET sys/health, which needs no token. */
export async function vaultHealth(http: VaultHttp): Promise<VaultHealth> {
  const answer = await http.send({ method: "GET", path: "sys/health" });
  return typeof answer === "string" ? answer : (HEALTH[answer.status] ?? "unknown");
}
