import { countOf, fieldsOf, textOf, type Fields } from "./fields.ts";
import { faultOfAnswer } from "./fault-of-answer.ts";
import { VaultError } from "./vault-error.ts";
import type { VaultHttp } from "./vault-http.ts";

/** How a process shows who it is. The secret part is read anew for every login: it may have been replaced. */
export type VaultLogin =
  | {
      readonly method: "approle";
      /** "approle" by custom. */
      readonly mount: string;
      readonly roleId: string;
      readonly secretId: () => string;
    }
  | {
      readonly method: "jwt";
      /** "jwt" or "kubernetes" by custom. */
      readonly mount: string;
      readonly role: string;
      readonly jwt: () => string;
    };

/** A token and how long it lives. */
export interface VaultToken {
  readonly token: string;
  /** 0: for ever. */
  readonly leaseS: number;
  readonly isRenewable: boolean;
}

/** Logs in. Throws a VaultError. */
export async function logIn(http: VaultHttp, login: VaultLogin): Promise<VaultToken> {
  const answer = await http.send({
    method: "POST",
    path: `auth/${login.mount}/login`,
    body: credentials(login),
  });
  if (typeof answer === "string") throw new VaultError(http.server, "log in", answer);
  const fault = faultOfAnswer(answer);
  if (fault === "refused" || fault === "denied") throw new VaultError(http.server, "log in", "login-refused");
  if (fault !== undefined) throw new VaultError(http.server, "log in", fault);
  const issued = tokenOf(answer.body, undefined);
  if (issued === undefined) throw new VaultError(http.server, "log in", "bad-answer");
  return issued;
}

/** The token that an answer's `auth` gives; `known` is taken where a renewal does not repeat it. */
export function tokenOf(body: Fields | undefined, known: string | undefined): VaultToken | undefined {
  const auth = fieldsOf(body, "auth");
  const token = textOf(auth, "client_token") ?? known;
  const leaseS = countOf(auth, "lease_duration");
  if (token === undefined || token === "" || leaseS === undefined) return undefined;
  return { token, leaseS, isRenewable: auth?.["renewable"] === true };
}

function credentials(login: VaultLogin): Fields {
  switch (login.method) {
    case "approle":
      return { role_id: login.roleId, secret_id: login.secretId() };
    case "jwt":
      return { role: login.role, jwt: login.jwt() };
  }
}
