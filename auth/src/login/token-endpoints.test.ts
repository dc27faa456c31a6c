import {
  createLocalJWKSet,
  decodeProtectedHeader,
  exportSPKI,
  importSPKI,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import type { JSONWebKeySet } from "jose";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { PAGE_REFRESH_TOKEN_HEADER } from "@purrimeter/auth-api/internal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { AUDIENCE, ISSUER, startTestService } from "../testing/test-service.ts";
import type { Answer, TestService } from "../testing/test-service.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;
let people = 0;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

function post(path: string, body: unknown, address?: string): Promise<Answer> {
  return auth.call({ path, body, ...(address !== undefined && { address }) });
}

/** An address that no other test has used. */
function newAddress(): string {
  people += 1;
  return `198.51.${people >> 8}.${people & 255}`;
}

async function newOwner(): Promise<{ email: string; answer: Answer }> {
  const email = `owner${people}@example.org`;
  const answer = await registerVerified(auth, { email, password: PASSWORD, address: newAddress() });
  return { email, answer };
}

describe("registering", () => {
  test("and verifying and logging in gives tokens that verify with the published keys", async () => {
    const { answer } = await newOwner();
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(["accessToken", "refreshToken", "expiresIn"]);
    const { body: jwks } = await auth.call({ path: "/.well-known/jwks.json" });
    const { payload, protectedHeader } = await jwtVerify(
      answer.body.accessToken,
      createLocalJWKSet(jwks as unknown as JSONWebKeySet),
      {
        ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ["ES256"], typ: "at+jwt" },
        currentDate: new Date(auth.clock.s * 1_000),
      },
    );
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: jwks.keys[0]?.kid });
    expect(payload).toMatchObject({
      roles: ["owner"],
      mail_verified: true,
      client_id: "purrimeter",
      iat: auth.clock.s,
    });
    expect(payload.exp).toBe(auth.clock.s + answer.body.expiresIn);
    for (const id of [payload.sub, payload.jti, payload["sid"]]) expect(id).toMatch(/^[0-9a-f]{32}$/u);
  });

  test("twice with one address makes one account, whatever its case", async () => {
    const { email } = await newOwner();
    const again = await post("/register", { email: email.toUpperCase(), password: `${PASSWORD} too` });
    expect(again.status).toBe(202);
    expect((await post("/login", { email, password: `${PASSWORD} too` })).status).toBe(401);
    expect((await post("/login", { email, password: PASSWORD })).status).toBe(200);
  });

  test.each([
    ["short of 15 characters", "fourteen chars", 15],
    ["above 128 characters", `${PASSWORD}${"x9 q".repeat(30)}`, 128],
    ["common", "Password12345678", undefined],
    ["made of the mail address", "mia.miller@example.org", undefined],
  ])("refuses a password that is %s and names the limit", async (_, password, limit) => {
    const answer = await post("/register", { email: "mia.miller@example.org", password }, newAddress());
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0]?.field).toBe("password");
    expect(answer.body.errors[0]?.limit).toBe(limit);
    expect(JSON.stringify(answer.body)).not.toContain(password);
  });

  test("counts characters, not bytes, and takes any of them", async () => {
    const password = "🐈 ñandú ☂ шуба 猫猫";
    const email = "characters@example.org";
    const entered = await registerVerified(auth, { email, password, address: newAddress() });
    expect(entered.status).toBe(200);
    expect((await post("/login", { email, password: password.normalize("NFD") })).status).toBe(200);
  });

  test("cannot give oneself a role or an id", async () => {
    for (const extra of [{ roles: ["operator"] }, { id: "0".repeat(32) }, { sub: "x" }]) {
      const answer = await post("/register", { email: "m@example.org", password: PASSWORD, ...extra });
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0]?.field).toBe(Object.keys(extra)[0]);
    }
  });
});

describe("logging in", () => {
  test("gives another session each time", async () => {
    const { email, answer } = await newOwner();
    const login = await post("/login", { email: ` ${email}`.trim().toUpperCase(), password: PASSWORD });
    expect(login.status).toBe(200);
    expect(login.body.refreshToken).not.toBe(answer.body.refreshToken);
    expect(claims(login)["sub"]).toBe(claims(answer)["sub"]);
    expect(claims(login)["sid"]).not.toBe(claims(answer)["sid"]);
  });

  test("answers a wrong password and an unknown address alike", async () => {
    const { email } = await newOwner();
    const wrong = await post("/login", { email, password: "not the right one at all" }, newAddress());
    const unknown = await post("/login", { email: "nobody@example.org", password: PASSWORD }, newAddress());
    expect(wrong.status).toBe(401);
    expect(wrong.body).toEqual(unknown.body);
    expect({ ...wrong.headers, date: "" }).toEqual({ ...unknown.headers, date: "" });
  });

  test("does not trim or cut passwords", async () => {
    const { email } = await newOwner();
    for (const password of [`${PASSWORD} `, PASSWORD.slice(0, -1), PASSWORD.toUpperCase()])
      expect((await post("/login", { email, password }, newAddress())).status).toBe(401);
  });
});

describe("throttling", () => {
  async function failUntilThrottled(email: string, address: () => string): Promise<[number, Answer]> {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await post("/login", { email, password: "wrong wrong wrong wrong" }, address());
      if (answer.status !== 401) return [tries, answer];
    }
    throw new Error("never throttled");
  }

  test("slows guessing at an account from many addresses, alike when there is none", async () => {
    const { email } = await newOwner();
    const [triesKnown, known] = await failUntilThrottled(email, newAddress);
    const [triesUnknown, unknown] = await failUntilThrottled("no-such@example.org", newAddress);
    expect(triesKnown).toBe(10);
    expect(triesUnknown).toBe(10);
    expect(known.status).toBe(429);
    expect(known.body).toEqual(unknown.body);
    expect(known.headers["retry-after"]).toBe(unknown.headers["retry-after"]);
    expect(Number(known.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("does not lock the owner out at an address that has logged in before", async () => {
    const { email } = await newOwner();
    const home = newAddress();
    expect((await post("/login", { email, password: PASSWORD }, home)).status).toBe(200);
    await failUntilThrottled(email, newAddress);
    expect((await post("/login", { email, password: PASSWORD }, newAddress())).status).toBe(429);
    expect((await post("/login", { email, password: PASSWORD }, home)).status).toBe(200);
  });

  test("slows one address at many accounts, and lets it go on after Retry-After", async () => {
    const address = newAddress();
    let answer: Answer;
    let tries = 0;
    do {
      answer = await post("/login", { email: `many${tries++}@example.org`, password: PASSWORD }, address);
    } while (answer.status === 401 && tries < 100);
    expect(answer.status).toBe(429);
    auth.clock.ms += Number(answer.headers["retry-after"]) * 1_000;
    expect((await post("/login", { email: "more@example.org", password: PASSWORD }, address)).status).toBe(
      401,
    );
  });

  test("counts the addresses of one IPv6 network as one", async () => {
    let host = 1;
    const answers = [];
    for (; host <= 31; host++)
      answers.push(
        (await post("/login", { email: `v6-${host}@example.org`, password: PASSWORD }, `2001:db8::${host}`))
          .status,
      );
    expect(answers.filter((status) => status === 429)).toHaveLength(1);
  });

  test.each(["", "example.org", "1.2.3", "192.0.2.1, 198.51.100.7", "fe80::1%eth0"])(
    "refuses %j as the client's address",
    async (address) => {
      expect((await post("/login", { email: "a@example.org", password: PASSWORD }, address)).status).toBe(
        400,
      );
    },
  );
});

describe("refreshing", () => {
  test("gives a new pair and goes on with the session", async () => {
    const { answer } = await newOwner();
    const next = await post("/refresh", { refreshToken: answer.body.refreshToken });
    expect(next.status).toBe(200);
    expect(claims(next)["sid"]).toBe(claims(answer)["sid"]);
    expect(next.body.refreshToken).not.toBe(answer.body.refreshToken);
    expect((await post("/refresh", { refreshToken: next.body.refreshToken })).status).toBe(200);
  });

  test("with a token that was used ends the whole session and names it to cloud-api", async () => {
    const { answer } = await newOwner();
    const next = await post("/refresh", { refreshToken: answer.body.refreshToken });
    auth.clock.s += 31;
    const reused = await post("/refresh", { refreshToken: answer.body.refreshToken });
    expect(reused.status).toBe(401);
    expect(reused.headers["purrimeter-ended-sessions"]).toBe(claims(answer)["sid"]);
    expect((await post("/refresh", { refreshToken: next.body.refreshToken })).status).toBe(401);
    const { body } = await auth.call({ path: "/sessions/ended" });
    expect(body.items.map((item: { sid: string }) => item.sid)).toContain(claims(answer)["sid"]);
  });

  test("at the same moment twice, or again because the answer was lost, gives the same next token", async () => {
    const { answer } = await newOwner();
    const { refreshToken } = answer.body;
    const both = await Promise.all([post("/refresh", { refreshToken }), post("/refresh", { refreshToken })]);
    auth.clock.s += 30;
    const all = [...both, await post("/refresh", { refreshToken })];
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(all.map(({ body }) => body.refreshToken)).size).toBe(1);
    expect((await post("/refresh", { refreshToken: all[0]?.body.refreshToken })).status).toBe(200);
  });

  test("with a token whose next one was used ends the session, also within the grace", async () => {
    const { refreshToken } = (await newOwner()).answer.body;
    const next = (await post("/refresh", { refreshToken })).body.refreshToken;
    const third = (await post("/refresh", { refreshToken: next })).body.refreshToken;
    expect((await post("/refresh", { refreshToken })).status).toBe(401);
    expect((await post("/refresh", { refreshToken: third })).status).toBe(401);
  });

  test("leaves other sessions of the owner alone", async () => {
    const { email, answer } = await newOwner();
    const other = await post("/login", { email, password: PASSWORD });
    await post("/refresh", { refreshToken: answer.body.refreshToken });
    auth.clock.s += 31;
    expect((await post("/refresh", { refreshToken: answer.body.refreshToken })).status).toBe(401);
    expect((await post("/refresh", { refreshToken: other.body.refreshToken })).status).toBe(200);
  });

  test("ends after two idle weeks, and after thirty days however busy", async () => {
    const dayS = 86_400;
    const idle = (await newOwner()).answer.body.refreshToken;
    let busy = (await newOwner()).answer.body.refreshToken;
    for (let days = 0; days < 28; days += 7) {
      auth.clock.s += 7 * dayS;
      const answer = await post("/refresh", { refreshToken: busy });
      expect(answer.status).toBe(200);
      busy = answer.body.refreshToken;
    }
    expect((await post("/refresh", { refreshToken: idle })).status).toBe(401);
    auth.clock.s += 3 * dayS;
    expect((await post("/refresh", { refreshToken: busy })).status).toBe(401);
  });

  test("refuses what it did not write", async () => {
    const { answer } = await newOwner();
    const { accessToken, refreshToken } = answer.body;
    const changed = refreshToken.slice(0, -3) + (refreshToken.endsWith("AAA") ? "BBB" : "AAA");
    for (const token of ["x", "purr_refresh_", changed, accessToken])
      expect((await post("/refresh", { refreshToken: token })).status).toBe(401);
    expect((await post("/refresh", { refreshToken })).status).toBe(200);
  });
});

describe("a page of cloud-api's own origin", () => {
  const ofPage = (path: string, cookie: string, body: object = {}): Promise<Answer> =>
    auth.call({ path, body, headers: { [PAGE_REFRESH_TOKEN_HEADER]: cookie } });

  test("refreshes with the token of its cookie, unless the body has one", async () => {
    const { refreshToken } = (await newOwner()).answer.body;
    const first = await ofPage("/refresh", refreshToken);
    expect(first.status).toBe(200);
    const { refreshToken: next } = first.body;
    expect((await ofPage("/refresh", "not-a-token", { refreshToken: next })).status).toBe(200);
  });

  test("without a cookie has no session to refresh, and none to end", async () => {
    expect(await ofPage("/refresh", "")).toMatchObject({
      status: 401,
      body: { type: "/v1/problems/wrong-credentials" },
    });
    expect((await ofPage("/logout", "")).status).toBe(204);
  });

  test("logs out with the token of its cookie", async () => {
    const { refreshToken } = (await newOwner()).answer.body;
    const { status, headers } = await ofPage("/logout", refreshToken);
    expect([status, headers["purrimeter-ended-sessions"]]).toEqual([204, expect.any(String)]);
  });

  test("is what a request without the header and without a token is not", async () => {
    for (const path of ["/refresh", "/logout"])
      expect((await post(path, {})).body.errors).toEqual([
        { field: "refreshToken", message: "This field is required." },
      ]);
  });
});

describe("logging out", () => {
  test("ends the session at once and names it to cloud-api", async () => {
    const { answer } = await newOwner();
    const out = await post("/logout", { refreshToken: answer.body.refreshToken });
    expect(out.status).toBe(204);
    expect(out.headers["purrimeter-ended-sessions"]).toBe(claims(answer)["sid"]);
    expect((await post("/refresh", { refreshToken: answer.body.refreshToken })).status).toBe(401);
  });

  test("answers the same for a session that is over and for a token that is none", async () => {
    const { answer } = await newOwner();
    await post("/logout", { refreshToken: answer.body.refreshToken });
    expect((await post("/logout", { refreshToken: answer.body.refreshToken })).status).toBe(204);
    expect((await post("/logout", { refreshToken: "nothing" })).status).toBe(204);
  });

  test("of the oldest session happens by itself when there are too many", async () => {
    const { email, answer } = await newOwner();
    let ended: string[] = [];
    for (let count = 0; count < 32; count++) {
      auth.clock.s += 1;
      const login = await post("/login", { email, password: PASSWORD }, newAddress());
      ended = ended.concat(login.headers["purrimeter-ended-sessions"] ?? []);
    }
    expect(ended).toEqual([claims(answer)["sid"]]);
  });
});

describe("the token check of the service itself", () => {
  test("takes its own tokens and no others", async () => {
    const { answer } = await newOwner();
    const token = answer.body.accessToken;
    const { kid } = decodeProtectedHeader(token);
    const { tokens } = auth.service;
    const good = { ...claims(answer) };
    const publicPem = await exportSPKI(
      await importSPKI(
        createPublicKey(auth.signingKey).export({ type: "spki", format: "pem" }) as string,
        "ES256",
      ),
    );
    const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const header = { alg: "ES256", typ: "at+jwt", kid: String(kid) };
    const sign = (changes: object, headers: object = header, key = auth.signingKey): Promise<string> =>
      new SignJWT({ ...good, ...changes }).setProtectedHeader({ ...header, ...headers }).sign(key);
    expect(await tokens.verify(token)).toEqual({ account: good["sub"], sid: good["sid"], isPersonal: false });
    expect(await tokens.verify(await sign({}))).toBeDefined();
    const bad = {
      none: new UnsecuredJWT(good).encode(),
      hs256: await new SignJWT(good)
        .setProtectedHeader({ ...header, alg: "HS256" })
        .sign(Buffer.from(publicPem)),
      foreignKey: await sign({}, header, foreign),
      foreignKid: await sign({}, { kid: "elsewhere" }, foreign),
      ownJwk: await sign({}, { jwk: createPublicKey(foreign).export({ format: "jwk" }) }, foreign),
      otherType: await sign({}, { typ: "JWT" }),
      expired: await sign({ exp: auth.clock.s - 1 }),
      notYet: await sign({ nbf: auth.clock.s + 100 }),
      audience: await sign({ aud: "other" }),
      issuer: await sign({ iss: "https://elsewhere" }),
      withoutSession: await sign({ sid: undefined }),
      refresh: answer.body.refreshToken,
    };
    for (const [name, value] of Object.entries(bad)) expect(await tokens.verify(value), name).toBeUndefined();
  });
});

function claims(answer: Answer): Record<string, unknown> {
  const [, payload = ""] = answer.body.accessToken.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
}
