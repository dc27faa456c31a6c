import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { Kysely } from "kysely";
import { seal, unseal } from "../accounts/data-keys.ts";
import type { DataKeys } from "../accounts/data-keys.ts";
import type { AuthTables } from "../schema.ts";
import { Challenges } from "./challenges.ts";

/** More are a sign that nobody looks after them. */
export const MAX_PASSKEYS = 10;

const RELYING_PARTY_NAME = "Purrimeter";

/** ES256 and RS256: what platforms and security keys make. */
const ALGORITHMS = [-7, -257];

/** Whose passkeys they are (WebAuthn level 3, 4: RP ID): a host name, and the origins of pages that may ask for them. */
export interface RelyingParty {
  readonly id: string;
  readonly origins: readonly string[];
}

/** A passkey as its owner sees it; times in seconds of UTC, `usedAt` 0 for never. */
export interface ListedPasskey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly usedAt: number;
}

interface PasskeysOptions {
  readonly database: Kysely<AuthTables>;
  readonly keys: DataKeys;
  readonly relyingParty: RelyingParty;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/** Passkeys as second factors. Each challenge is random, for one account and one purpose, and works once. */
export class Passkeys {
  readonly #options: PasskeysOptions;
  readonly #database: Kysely<AuthTables>;
  readonly #registrations: Challenges;
  readonly #logins: Challenges;

  constructor(options: PasskeysOptions) {
    this.#options = options;
    this.#database = options.database;
    this.#registrations = new Challenges(options.now);
    this.#logins = new Challenges(options.now);
  }

  /** What a browser needs to make a passkey; undefined when the account has MAX_PASSKEYS. */
  async beginRegistration(
    account: string,
    mail: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON | undefined> {
    const rows = await this.#rows(account);
    if (rows.length >= MAX_PASSKEYS) return undefined;
    return generateRegistrationOptions({
      ...{ rpName: RELYING_PARTY_NAME, rpID: this.#options.relyingParty.id, userName: mail },
      userID: new Uint8Array(Buffer.from(account, "hex")),
      challenge: new Uint8Array(this.#registrations.make(account)),
      attestationType: "none",
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: rows.map(({ id }) => ({ id })),
      authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" },
    });
  }

  /** Stores the passkey that the browser made; "wrong" when it does not answer the account's challenge. */
  async finishRegistration(
    account: string,
    name: string,
    response: RegistrationResponseJSON,
  ): Promise<"made" | "wrong"> {
    const credential = await this.#verifyRegistration(account, response);
    if (!credential) return "wrong";
    const { id, publicKey, counter } = credential;
    const nameSealed = seal(this.#options.keys.key("name-seal"), Buffer.from(name), id);
    const row = { id, account, public_key: publicKey, counter, name_sealed: nameSealed };
    const result = await this.#database
      .insertInto("passkey")
      .values({ ...row, created_at: this.#options.now(), used_at: 0 })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n ? "made" : "wrong";
  }

  /** What a browser needs to use one of the account's passkeys; undefined when there is none. */
  async beginLogin(account: string): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
    const rows = await this.#rows(account);
    if (rows.length === 0) return undefined;
    return generateAuthenticationOptions({
      rpID: this.#options.relyingParty.id,
      challenge: new Uint8Array(this.#logins.make(account)),
      allowCredentials: rows.map(({ id }) => ({ id })),
      userVerification: "preferred",
    });
  }

  /** Whether one of the account's passkeys signed the account's challenge. A counter that falls back is a copied key: refused. */
  async finishLogin(account: string, response: AuthenticationResponseJSON): Promise<boolean> {
    const challenge = this.#logins.take(account);
    const row = (await this.#rows(account)).find(({ id }) => id === response.id);
    if (challenge === undefined || !row) return false;
    const counter = await this.#verifyLogin(row, challenge, response);
    if (counter === undefined) return false;
    const update = this.#database.updateTable("passkey").set({ counter, used_at: this.#options.now() });
    const result = await update
      .where("id", "=", row.id)
      .where("counter", "=", row.counter)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  /** The account's passkeys, oldest first. */
  async list(account: string): Promise<ListedPasskey[]> {
    return (await this.#rows(account)).map(
      ({ id, name_sealed: sealed, created_at: createdAt, used_at: usedAt }) => {
        const name = Buffer.from(unseal(this.#options.keys.key("name-seal"), sealed, id)).toString("utf8");
        return { id, name, createdAt, usedAt };
      },
    );
  }

  async #verifyRegistration(
    account: string,
    response: RegistrationResponseJSON,
  ): Promise<StoredCredential | undefined> {
    const expectedChallenge = this.#registrations.take(account);
    if (expectedChallenge === undefined) return undefined;
    const { id, origins } = this.#options.relyingParty;
    const expected = { expectedChallenge, expectedOrigin: [...origins], expectedRPID: id };
    const rules = { requireUserVerification: false, supportedAlgorithmIDs: ALGORITHMS };
    try {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        ...expected,
        ...rules,
      });
      return verified ? registrationInfo.credential : undefined;
    } catch {
      // The library throws for every kind of wrong answer; the client is told that it was wrong.
      return undefined;
    }
  }

  async #verifyLogin(
    row: AuthTables["passkey"],
    expectedChallenge: string,
    response: AuthenticationResponseJSON,
  ): Promise<number | undefined> {
    const { id, origins } = this.#options.relyingParty;
    const expected = { expectedChallenge, expectedOrigin: [...origins], expectedRPID: id };
    const credential = { id: row.id, publicKey: new Uint8Array(row.public_key), counter: row.counter };
    try {
      const result = await verifyAuthenticationResponse({
        response,
        ...expected,
        credential,
        requireUserVerification: false,
      });
      return result.verified ? result.authenticationInfo.newCounter : undefined;
    } catch {
      // As above.
      return undefined;
    }
  }

  #rows(account: string): Promise<AuthTables["passkey"][]> {
    return this.#database
      .selectFrom("passkey")
      .selectAll()
      .where("account", "=", account)
      .orderBy("created_at")
      .execute();
  }
}

interface StoredCredential {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
}
