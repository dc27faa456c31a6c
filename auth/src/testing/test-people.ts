import { DEVICE_MARK_HEADER } from "@purrimeter/auth-api/device-marks";
import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Account } from "../accounts/accounts.ts";
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
  /** Of a device from which the owner was let in. */
  readonly mark?: string;
}

/** The mark that an answer brings; "" when it brings none. */
export function markOf({ headers }: Answer): string {
  const mark = headers[DEVICE_MARK_HEADER];
  return typeof mark === "string" ? mark : "";
}

function mailOf(email: string): MailAddress {
  const mail = asMailAddress(email);
  if (mail === undefined) throw new Error(`${email} is no mail address`);
  return mail;
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

  /** Somebody new with a verified address, who is logged in. */
  async newOwner(): Promise<Person> {
    const { accounts } = this.auth.service;
    const person = await this.newEarlierOwner();
    await accounts.markMailVerified((await this.accountOf(person)).id, this.auth.clock.s);
    return person;
  }

  /** Somebody of a version that asked for no verification: logged in, with an address that is not verified. */
  async newEarlierOwner(): Promise<Person> {
    const { accounts, database, hasher } = this.auth.service;
    const { email, address } = this.newPerson();
    const mail = mailOf(email);
    const made = await hasher.hash(PASSWORD);
    if (made === "busy") throw new Error("no hash was made");
    const account = await accounts.create({ mail, hash: made, at: this.auth.clock.s });
    if (account === "taken") throw new Error(`${email} is taken`);
    await database.updateTable("account").set({ must_verify: 0 }).where("id", "=", account.id).execute();
    const { body } = await this.logIn({ email, address, token: "" });
    return { email, address, token: body.accessToken };
  }

  /** Somebody who has no account yet. */
  newPerson(): Person {
    const number = ++this.#made;
    return { email: `owner${number}@example.org`, address: `198.51.100.${number}`, token: "" };
  }

  /** Registers somebody new, who has not opened the mail yet. */
  async register(password = PASSWORD): Promise<Person> {
    const person = this.newPerson();
    const answer = await this.post(person, "/register", { email: person.email, password });
    if (answer.status !== 202) throw new Error(`register answered ${answer.status}`);
    return person;
  }

  /** The account of the person's address. */
  async accountOf({ email }: Pick<Person, "email">): Promise<Account> {
    const account = await this.auth.service.accounts.findByMail(mailOf(email));
    if (account === undefined) throw new Error(`${email} has no account`);
    return account;
  }

  /** One request; nobody in particular without a person. */
  call(
    { token = "", address, mark }: Partial<Person>,
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer> {
    const headers = {
      ...(token !== "" && { authorization: `Bearer ${token}` }),
      ...(mark !== undefined && { [DEVICE_MARK_HEADER]: mark }),
    };
    return this.auth.call({
      ...{ method, path, headers },
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
  logIn({ email, address, mark }: Person, password = PASSWORD): Promise<Answer> {
    return this.post({ address, ...(mark !== undefined && { mark }) }, "/login", { email, password });
  }

  /** The second step, with a code. */
  finish({ address, mark }: Person, challenge: string, code: string): Promise<Answer> {
    return this.post({ address, ...(mark !== undefined && { mark }) }, "/login/second-factor", {
      challenge,
      code,
    });
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
    return this.eventsUnder(this.auth.service.audit.nameOf(account));
  }

  /** The same by the account's pseudonym, which is known before the account is erased only. */
  async eventsUnder(name: string | undefined): Promise<readonly string[]> {
    await this.auth.service.audit.flush();
    const rows = await this.auth.service.audit.read({ after: 0, limit: 1_000 });
    return rows.filter((row) => row.account === name).map(({ event }) => event);
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
