import { sleep } from "@purrimeter/service/sleep";
import { systemTime } from "@purrimeter/service/system-time";
import { VaultError, type VaultFault } from "./vault-error.ts";
import { vaultHealth, type VaultHealth } from "./vault-health.ts";
import { VaultHttp, type VaultAddress } from "./vault-http.ts";
import type { VaultLogin } from "./vault-login.ts";
import { VaultSession, type VaultClock } from "./vault-session.ts";

/** A Vault to log in to. */
export interface OpenVaultOptions extends Pick<VaultAddress, "authority" | "namespace"> {
  /** https://HOST:PORT. */
  readonly address: string;
  readonly login: VaultLogin;
  readonly onFault?: ((error: VaultError) => void) | undefined;
}

/** The machine's. A renewal in the future keeps no process alive; whoever waits for an answer does. */
const CLOCK: VaultClock = {
  monotonicMs: () => systemTime.monotonicMs(),
  after: (ms, work) => systemTime.after(ms, work, { background: true }),
  sleep: async (ms) => void (await sleep(systemTime, ms)),
};

/** Looks at the Vault's health, which says clearly what a refused login does not, and logs in. Throws a VaultError. */
export async function openVault(options: OpenVaultOptions): Promise<VaultSession> {
  const { address, authority, namespace, login, onFault } = options;
  const http = new VaultHttp({ url: address, authority, namespace });
  const fault = FAULTS[await vaultHealth(http)];
  if (fault !== undefined) throw new VaultError(http.server, "log in", fault);
  return VaultSession.open({ http, login, clock: CLOCK, onFault });
}

/** A standby passes requests on to the active node; what is unknown or away for a moment, the login tries again. */
const FAULTS: Readonly<Partial<Record<VaultHealth, VaultFault>>> = {
  untrusted: "untrusted",
  sealed: "sealed",
  "not-initialised": "standby",
  "recovery-standby": "standby",
};
