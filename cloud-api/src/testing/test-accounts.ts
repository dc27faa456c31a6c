import type { Scope } from "@purrimeter/auth-api/access-tokens";
import { keysRoute } from "@purrimeter/auth-api/internal";
import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import { startTestService } from "@purrimeter/auth/testing/test-service";
import type { TestService } from "@purrimeter/auth/testing/test-service";
import { STEP_S, totpCode } from "@purrimeter/auth/totp";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import type { Dependencies } from "../dependencies.ts";
import { AccessTokens } from "../edge/access-tokens.ts";
import { AuthService } from "../edge/auth-service.ts";
import type { AuthAnswer, AuthCall } from "../edge/auth-service.ts";
import { KeySet } from "../edge/key-set.ts";
import { makeTestApi } from "./test-api.ts";
import type { TestApi, TestOwner } from "./test-api.ts";
import { AUDIENCE, ISSUER, NOW_S } from "./test-keys.ts";
import { NO_REPORT } from "./no-report.ts";

/** Of everybody. */
export const PASSWORD = "three grey cats on a wall";

/** An account with a session. */
export interface TestAccount extends TestOwner {
  readonly email: string;
  readonly refreshToken: string;
}

/** The API and the authentication service in one process, both whole, with mutual TLS between them. */
export class TestAccounts {
  readonly api: TestApi;
  readonly auth: TestService;
  /** What the authentication service was asked. */
  readonly calls: AuthCall[] = [];
  /** Whether the authentication service does not answer. */
  isAway = false;
  readonly #client: AuthService;
  #made = 0;

  private constructor(auth: TestService, api: TestApi) {
    this.auth = auth;
    this.api = api;
    this.#client = this.#connect();
    api.use(this.dependencies());
    api.peer = "192.0.2.1";
  }

  static async start(changes: Partial<Dependencies> = {}): Promise<TestAccounts> {
    const auth = await startTestService();
    auth.clock.s = NOW_S;
    return new TestAccounts(auth, await makeTestApi(changes));
  }

  /** The client of the authentication service that the API has. */
  readonly call = (call: AuthCall): Promise<AuthAnswer> => {
    this.calls.push(call);
    return this.isAway ? Promise.resolve({ kind: "unavailable" }) : this.#client.call(call);
  };

  /** What the API is given in place of its test doubles. */
  dependencies(): Pick<Dependencies, "auth" | "tokens"> {
    const { api, call } = this;
    const keys = new KeySet(
      () => call({ method: "GET", path: keysRoute.path }),
      () => api.nowMs,
      NO_REPORT,
    );
    const now = (): UnixSeconds => api.nowS as UnixSeconds;
    const tokens = new AccessTokens({ issuer: ISSUER, audience: AUDIENCE, keys, ended: api.ended, now });
    return { auth: { call }, tokens };
  }

  /** An account with these roles, logged in; nothing of it is throttled. */
  async owner(roles: readonly ("owner" | "operator" | "auditor")[] = ["owner"]): Promise<TestAccount> {
    const { accounts, hasher } = this.auth.service;
    const email = `owner${++this.#made}@example.org`;
    const mail = asMailAddress(email);
    const hash = await hasher.hash(PASSWORD);
    if (mail === undefined || hash === "busy") throw new Error("no account was made");
    const account = await accounts.create({ mail, hash, at: this.auth.clock.s });
    if (account === "taken") throw new Error(`${email} is taken`);
    await accounts.markMailVerified(account.id, this.auth.clock.s);
    await accounts.setRoles(account.id, roles);
    return { ...(await this.session(account.id, roles)), email };
  }

  /** One more session of an account. */
  async session(
    id: string,
    roles: readonly ("owner" | "operator" | "auditor")[] = ["owner"],
  ): Promise<TestOwner & { readonly refreshToken: string }> {
    const { sessions, tokens } = this.auth.service;
    const { sid, refreshToken } = await sessions.begin(id, "test");
    return {
      id,
      session: sid,
      refreshToken,
      token: await tokens.issue({ id, roles, isMailVerified: true }, sid),
    };
  }

  /** A personal access token of the account, and its id; good for a day. */
  async personalToken(
    account: string,
    ...scopes: readonly Scope[]
  ): Promise<{ readonly id: string; readonly token: string }> {
    const expiresAt = this.auth.clock.s + 86_400;
    const made = await this.auth.service.personalTokens.make({ account, name: "test", scopes, expiresAt });
    if (made === "too-many") throw new Error("too many personal tokens");
    return made;
  }

  /** The code that an authenticator app with that secret (base32) shows next; none of them was used. */
  nextCode(secret: string): string {
    this.advance(STEP_S);
    return totpCode(fromBase32(secret), Math.floor(this.auth.clock.s / STEP_S));
  }

  /** The token of the newest link of that kind in a mail to the address; "" when there is none. */
  async linkTo(email: string, what: string): Promise<string> {
    await this.auth.service.mailQueue.flush();
    const start = `https://web.test/#${what}=`;
    const mail = this.auth.mails.findLast(({ to, text }) => to === email && text.includes(start));
    return mail?.text.split(start)[1]?.split("\n")[0] ?? "";
  }

  /** Lets time pass in both. */
  advance(seconds: number): void {
    this.api.nowS += seconds;
    this.api.nowMs += seconds * 1_000;
    this.auth.clock.s += seconds;
    this.auth.clock.ms += seconds * 1_000;
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.auth.close();
    await this.api.close();
  }

  #connect(): AuthService {
    const { authority, cloudApi } = this.auth.certificates;
    return new AuthService({
      url: `https://localhost:${this.auth.port}`,
      authority,
      certificate: cloudApi.certificate,
      key: cloudApi.key,
      ended: this.api.ended,
      time: { ...systemTime, utcS: () => this.api.nowS },
      report: NO_REPORT,
    });
  }
}

/** RFC 4648, section 6, without padding. */
function fromBase32(text: string): Buffer {
  const digits = [...text].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
