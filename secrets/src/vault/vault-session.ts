import { faultOfAnswer } from "./fault-of-answer.ts";
import type { Fields } from "./fields.ts";
import { VaultError, type VaultFault } from "./vault-error.ts";
import type { VaultHttp, VaultRequest } from "./vault-http.ts";
import { logIn, tokenOf, type VaultLogin, type VaultToken } from "./vault-login.ts";

/** Time as a session needs it. */
export interface VaultClock {
  monotonicMs(): number;
  /** Calls back once after so many ms; the function returned cancels it. Keeps no process alive. */
  after(ms: number, work: () => void): () => void;
  /** Resolves after so many ms, for which it keeps the process alive: somebody waits for an answer. */
  sleep(ms: number): Promise<void>;
}

export interface VaultSessionOptions {
  readonly http: VaultHttp;
  readonly login: VaultLogin;
  readonly clock: VaultClock;
  /** Told when a token could be neither renewed nor replaced; it is tried again until it works. */
  readonly onFault?: ((error: VaultError) => void) | undefined;
}

/** What is asked, besides the request: a constant for errors, and whether asking twice does no harm. */
export interface Asked extends Omit<VaultRequest, "token"> {
  readonly asked: string;
  readonly once?: true;
}

/** A token is renewed when this part of its life is over. */
const RENEW_AT = 2 / 3;
/** A renewal that gives less than this part of the first lease has met the token's end: a new login is due. */
const WORTH_RENEWING = 1 / 2;
const RETRY_AFTER_MS = [100, 400];
const TRANSIENT: readonly VaultFault[] = ["unreachable", "busy", "standby", "fault"];
const LONGEST_WAIT_MS = 30_000;

/** Logged in to a Vault for as long as it is open: renews its token, and logs in again when that fails. */
export class VaultSession {
  readonly #http: VaultHttp;
  readonly #login: VaultLogin;
  readonly #clock: VaultClock;
  readonly #onFault: (error: VaultError) => void;
  #token: VaultToken = { token: "", leaseS: 0, isRenewable: false };
  #endsMs = 0;
  #firstLeaseS = 0;
  #loggingIn: Promise<void> | undefined;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  private constructor({ http, login, clock, onFault }: VaultSessionOptions) {
    this.#http = http;
    this.#login = login;
    this.#clock = clock;
    this.#onFault = onFault ?? (() => undefined);
  }

  /** Logs in, trying again for a moment where the fault may pass. Throws a VaultError. */
  static async open(options: VaultSessionOptions): Promise<VaultSession> {
    const session = new VaultSession(options);
    await session.#retrying(() => session.#logIn());
    return session;
  }

  /** HOST:PORT. */
  get server(): string {
    return this.#http.server;
  }

  /** The body of a successful answer. Throws a VaultError. */
  async ask(asked: Asked): Promise<Fields> {
    return asked.once === true ? this.#askOnce(asked) : this.#retrying(() => this.#askOnce(asked));
  }

  /** Ends the token and the connections. A Vault that is gone by then ends the token itself, in its time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    const { token } = this.#token;
    await this.#http.send({ method: "POST", path: "auth/token/revoke-self", token });
    this.#token = { token: "", leaseS: 0, isRenewable: false };
    this.#http.close();
  }

  async #askOnce(asked: Asked): Promise<Fields> {
    if (this.#token.leaseS > 0 && this.#clock.monotonicMs() >= this.#endsMs) await this.#logIn();
    const used = this.#token;
    const answer = await this.#send(asked, used.token);
    if (answer.fault !== "denied" || (await this.#isAlive(used.token))) return this.#unfaulty(asked, answer);
    if (this.#token === used) await this.#logIn();
    return this.#unfaulty(asked, await this.#send(asked, this.#token.token));
  }

  async #send({ method, path, body }: Asked, token: string): Promise<{ fault?: VaultFault; body?: Fields }> {
    const answer = await this.#http.send({ method, path, body, token });
    if (typeof answer === "string") return { fault: answer };
    const fault = faultOfAnswer(answer);
    return fault === undefined ? { body: answer.body ?? {} } : { fault };
  }

  #unfaulty({ asked }: Asked, { fault, body }: { fault?: VaultFault; body?: Fields }): Fields {
    if (fault !== undefined) throw new VaultError(this.server, asked, fault);
    return body ?? {};
  }

  /** A dead token and a policy that says no give the same 403; a living one may always look at itself. */
  async #isAlive(token: string): Promise<boolean> {
    const answer = await this.#http.send({ method: "GET", path: "auth/token/lookup-self", token });
    return typeof answer === "string" || faultOfAnswer(answer) !== "denied";
  }

  async #retrying<Result>(work: () => Promise<Result>): Promise<Result> {
    for (const waitMs of RETRY_AFTER_MS) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof VaultError) || !TRANSIENT.includes(error.fault)) throw error;
      }
      await this.#clock.sleep(waitMs);
    }
    return work();
  }

  /** One login at a time, whoever needs it. */
  #logIn(): Promise<void> {
    this.#loggingIn ??= logIn(this.#http, this.#login)
      .then((token) => {
        this.#firstLeaseS = token.leaseS;
        this.#keep(token);
      })
      .finally(() => {
        this.#loggingIn = undefined;
      });
    return this.#loggingIn;
  }

  #keep(token: VaultToken): void {
    this.#token = token;
    this.#endsMs = this.#clock.monotonicMs() + token.leaseS * 1_000;
    if (token.leaseS > 0) this.#wait(token.leaseS * 1_000 * RENEW_AT, () => this.#renew());
  }

  #wait(ms: number, work: () => Promise<void>): void {
    this.#cancel();
    if (!this.#isClosed) this.#cancel = this.#clock.after(ms, () => void work());
  }

  async #renew(): Promise<void> {
    const renewed = this.#token.isRenewable ? await this.#renewed() : undefined;
    if (this.#isClosed) return;
    if (renewed !== undefined && renewed.leaseS >= this.#firstLeaseS * WORTH_RENEWING) this.#keep(renewed);
    else await this.#replace(1_000);
  }

  async #renewed(): Promise<VaultToken | undefined> {
    const { token } = this.#token;
    const answer = await this.#http.send({ method: "POST", path: "auth/token/renew-self", token, body: {} });
    if (typeof answer === "string" || faultOfAnswer(answer) !== undefined) return undefined;
    return tokenOf(answer.body, token);
  }

  async #replace(waitMs: number): Promise<void> {
    try {
      await this.#logIn();
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      this.#onFault(error);
      this.#wait(waitMs, () => this.#replace(Math.min(LONGEST_WAIT_MS, waitMs * 2)));
    }
  }
}
