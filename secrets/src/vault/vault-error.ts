/** What can be wrong with a Vault. */
export type VaultFault =
  /** No connection, none in time, or it broke. */
  | "unreachable"
  /** Its certificate is not of the given authority, or it does not speak TLS 1.3. */
  | "untrusted"
  | "sealed"
  /** It does not serve requests: not initialised, or a standby that does not forward. */
  | "standby"
  /** Its rate limit was met. */
  | "busy"
  | "login-refused"
  /** The token is good, and its policy does not allow this. */
  | "denied"
  | "not-found"
  /** Nothing is mounted there: wrong mount or namespace. */
  | "no-such-mount"
  /** It found the request wrong. */
  | "refused"
  | "fault"
  /** Something answers that is no Vault. */
  | "bad-answer";

const WORDS: Readonly<Record<VaultFault, string>> = {
  unreachable: "cannot be reached",
  untrusted: "has no TLS 1.3 with a certificate of the given authority",
  sealed: "is sealed; unseal it",
  standby: "is not active and does not forward; give the address of the active node",
  busy: "answers that its rate limit was met",
  "login-refused": "refuses the login; check the role and its secret id or token",
  denied: "denies it; check the role's policy",
  "not-found": "has no such thing",
  "no-such-mount": "has nothing mounted there; check mount and namespace",
  refused: "refuses the request",
  fault: "has an internal fault",
  "bad-answer": "gave an answer that is none of a Vault",
};

/**
 * A Vault that could not do what it was asked. The message names the server, a constant for what was asked, and the
 * fault; never a token, a secret, a path or the server's own text.
 */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly fault: VaultFault;
  /** Like a system error's: for logs. */
  readonly code: string;

  constructor(server: string, asked: string, fault: VaultFault) {
    super(`Vault at ${server}, asked to ${asked}, ${WORDS[fault]}`);
    this.fault = fault;
    this.code = `VAULT_${fault.toUpperCase().replaceAll("-", "_")}`;
  }
}
