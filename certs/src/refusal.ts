/** Why the authority does not do what it was asked. `subject` is the path or the common name in question. */
export interface Refusal {
  readonly refused: RefusalReason;
  readonly subject: string;
}

export type RefusalReason =
  | "authority-exists"
  | "no-authority"
  | "no-issuer-key"
  | "bad-tag-id"
  | "bad-service-name"
  | "bad-host"
  | "bad-key"
  | "already-issued"
  | "not-issued"
  | "already-revoked"
  | "damaged-index";

/** A refusal, to be returned instead of what was wanted. */
export function refuse(refused: RefusalReason, subject: string): Refusal {
  return { refused, subject };
}

/** Whether a function of this package refused. */
export function isRefusal(value: object): value is Refusal {
  return "refused" in value;
}

/** The result of a call that has no reason to be refused; a refusal is then the caller's own fault and thrown. */
export function unrefused<Result extends object>(result: Result | Refusal): Result {
  if (isRefusal(result)) throw new Error(describeRefusal(result));
  return result;
}

/** One line that says what is wrong and what to do about it. */
export function describeRefusal({ refused, subject }: Refusal): string {
  switch (refused) {
    case "authority-exists":
      return `${subject} holds an authority already; it is not overwritten, because that would orphan every certificate it issued`;
    case "no-authority":
      return `${subject} holds no authority; create one with "purrimeter certs init"`;
    case "no-issuer-key":
      return `${subject} is missing, and without it no certificate can be issued; restore it from a backup of the secrets`;
    case "bad-tag-id":
      return `"${subject}" is no tag id; use 1 to 32 of the characters A-Z a-z 0-9 - _`;
    case "bad-service-name":
      return `"${subject}" is no service name; use 1 to 32 of the characters a-z 0-9 -`;
    case "bad-host":
      return `"${subject}" is neither a host name nor an IP address`;
    case "bad-key":
      return `${subject} is no RSA private key of 2048 bits or more in PEM`;
    case "already-issued":
      return `${subject} has a certificate already; use "purrimeter certs renew" to replace it`;
    case "not-issued":
      return `no certificate was issued to ${subject}`;
    case "already-revoked":
      return `every certificate of ${subject} is revoked already`;
    case "damaged-index":
      return `${subject} is no line of the index of issued certificates; restore the index from a backup`;
    default:
      return refused satisfies never;
  }
}
