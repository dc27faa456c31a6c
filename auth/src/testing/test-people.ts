import { STEP_S, totpCode } from "../second-factor/totp.ts";
import type { Mail } from "../mail/mailer.ts";
import { RELYING_PARTY, startTestService } from "./test-service.ts";
import type { Answer, TestService } from "./test-service.ts";

/** Of everybody, until they change it. */
export const PASSWORD = "three grey cats on a wall";

/** Another one that is good. */
export const NEW_PASSWORD = "four black cats under a tree";

/** One that is nobody's. */
export const WRONG_PASSWORD = "wrong wrong wrong wrong";

/** Somebody with an account, a session and an address of their own. */
export interface Person {
  readonly email: string;
  readonly token: string;
  readonly address: string;
}

/** What an authenticator app is given, and what stands in for it. */
export interface Enrolment {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** A service behind a real socket, and people who use it as clients do. */
export class TestPeople {
  readonly auth: TestService;
  #made = 0;

  private constructor(auth: TestService) {
    this.auth = auth;
  }

  static async start(): Promise<TestPeople> {
    return new TestPeople(await startTestService());
  }

  close(): Promise<void> {
    return this.auth.close();
  }

  /** Registers somebody new. */
  async newOwner(): Promise<Person> {
    const number = ++this.#made;
    const [email, address] = [`owner${number}@example.org`, `198.51.100.${number}`];
    const { body } = await this.auth.call({
      path: "/register",
      address,
      body: { email, password: PASSWORD },
    });
    return { email, address, token: body.accessToken };
  }

  /** One request; nobody in particular without a person. */
  call({ token, address }: Partial<Person>, method: string, path: string, body?: object): Promise<Answer> {
    return this.auth.call({
      ...{ method, path },
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      ...(address !== undefined && { address }),
      ...(body && { body }),
    });
  }

  get(person: Partial<Person>, path: string): Promise<Answer> {
    return this.call(person, "GET", path);
  }

  post(person: Partial<Person>, path: string, body: object): Promise<Answer> {
    return this.call(person, "POST", path, body);
  }

  /** The first step of a login. */
  logIn({ email, address }: Person, password = PASSWORD): Promise<Answer> {
    return this.post({ address }, "/login", { email, password });
  }

  /** The second step, with a code. */
  finish({ address }: Person, challenge: string, code: string): Promise<Answer> {
    return this.post({ address }, "/login/second-factor", { challenge, code });
  }

  /** Gives the person an authenticator app. Time goes on by a step, so that its next code is not used. */
  async enrol(person: Person): Promise<Enrolment> {
    const { secret } = (await this.post(person, "/second-factors/totp", { password: PASSWORD })).body;
    const confirmed = await this.post(person, "/second-factors/totp/confirm", { code: this.codeOf(secret) });
    if (confirmed.status !== 200) throw new Error(`the app was not confirmed: ${confirmed.status}`);
    this.auth.clock.s += STEP_S;
    return { secret, recoveryCodes: confirmed.body.recoveryCodes };
  }

  /** What the app with that secret shows, `steps` from now. */
  codeOf(secret: string, steps = 0): string {
    return totpCode(fromBase32(secret), Math.floor(this.auth.clock.s / STEP_S) + steps);
  }

  /** Messages that an address has got. */
  async mailsTo({ email }: Pick<Person, "email">): Promise<Mail[]> {
    await this.auth.service.mailQueue.flush();
    return this.auth.mails.filter(({ to }) => to === email);
  }

  /** The token of the newest link of that kind in a message to the address; "" when there is none. */
  async linkTo(person: Pick<Person, "email">, what: string): Promise<string> {
    const start = `https://web.test/#${what}=`;
    const mail = (await this.mailsTo(person)).findLast(({ text }) => text.includes(start));
    return mail?.text.split(start)[1]?.split("\n")[0] ?? "";
  }

  /** Names of the events that the trail has of an account, in order. */
  async eventsOf(account: string): Promise<readonly string[]> {
    await this.auth.service.audit.flush();
    const rows = await this.auth.service.audit.read(0, 1_000);
    return rows.filter((row) => row.account === account).map(({ event }) => event);
  }
}

/** Where the people's browsers are. */
export const PAGE = { relyingParty: RELYING_PARTY.id, origin: "https://web.test" } as const;

/** RFC 4648, section 6, without padding. */
function fromBase32(text: string): Buffer {
  const digits = [...text].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => parseInt(byte, 2)));
}
