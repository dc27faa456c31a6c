import { encode } from "cborg";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const USER_PRESENT = 0x01;
const ATTESTED = 0x40;

/** What tests change about an answer, to see it refused. */
export interface Distortion {
  readonly origin?: string;
  readonly relyingParty?: string;
  readonly challenge?: string;
  readonly counter?: number;
  readonly userPresent?: boolean;
}

/** A passkey in software, for tests: ES256, attestation "none" (WebAuthn level 3, 6). */
export class SoftwareAuthenticator {
  readonly id = randomBytes(16).toString("base64url");
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly #relyingParty: string;
  readonly #origin: string;
  #counter = 0;

  constructor(relyingParty: string, origin: string) {
    this.#relyingParty = relyingParty;
    this.#origin = origin;
  }

  /** As navigator.credentials.create() answers. */
  create(challenge: string, distortion: Distortion = {}): object {
    const authData = Buffer.concat([this.#head(ATTESTED, distortion), this.#credential()]);
    const attestationObject = Buffer.from(
      encode({ fmt: "none", attStmt: {}, authData: new Uint8Array(authData) }),
    );
    return this.#answer({
      clientDataJSON: this.#clientData("webauthn.create", challenge, distortion).toString("base64url"),
      attestationObject: attestationObject.toString("base64url"),
      transports: ["internal"],
    });
  }

  /** As navigator.credentials.get() answers. */
  get(challenge: string, distortion: Distortion = {}): object {
    const authData = this.#head(0, distortion);
    const clientData = this.#clientData("webauthn.get", challenge, distortion);
    const signed = Buffer.concat([authData, createHash("sha256").update(clientData).digest()]);
    return this.#answer({
      clientDataJSON: clientData.toString("base64url"),
      authenticatorData: authData.toString("base64url"),
      signature: sign("sha256", signed, this.#keys.privateKey).toString("base64url"),
      userHandle: null,
    });
  }

  #answer(response: object): object {
    const kind = { type: "public-key", authenticatorAttachment: "platform" };
    return {
      id: this.id,
      rawId: this.id,
      ...kind,
      clientExtensionResults: { credProps: { rk: false } },
      response,
    };
  }

  #clientData(type: string, challenge: string, distortion: Distortion): Buffer {
    const origin = distortion.origin ?? this.#origin;
    return Buffer.from(
      JSON.stringify({ type, challenge: distortion.challenge ?? challenge, origin, crossOrigin: false }),
    );
  }

  #head(flags: number, { relyingParty, counter, userPresent = true }: Distortion): Buffer {
    this.#counter = counter ?? this.#counter + 1;
    const head = Buffer.alloc(37);
    createHash("sha256")
      .update(relyingParty ?? this.#relyingParty)
      .digest()
      .copy(head);
    head.writeUInt8(flags | (userPresent ? USER_PRESENT : 0), 32);
    head.writeUInt32BE(this.#counter, 33);
    return head;
  }

  #credential(): Buffer {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const point = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64url"));
    const cose = encode(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, point(x)],
        [-3, point(y)],
      ]),
    );
    const id = Buffer.from(this.id, "base64url");
    return Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
  }
}
