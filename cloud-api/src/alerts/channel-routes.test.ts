import { Destinations } from "@purrimeter/notifier/destinations";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { describe, expect, it } from "vitest";
import { proofCodeOf, provedChannel, takeDeliveries } from "../testing/test-alerts.ts";
import type { Answer, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { useNewOwners } from "../testing/new-owners.ts";

const given = useNewOwners();

const DAY_S = 86_400;
const EMAIL = { kind: "email", address: "neighbour@example.org" };
const WEBHOOK = { kind: "webhook", url: "https://hooks.example.org/cats" };
const NTFY = { kind: "ntfy", url: "https://ntfy.example.org/mimi", token: "tk_secret" };
/** RFC 8291, appendix A. */
const PUSH = {
  kind: "push",
  url: "https://push.example.org/subscription/secret-part",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

const time = (atS: number): string => new Date(atS * 1_000).toISOString().replace(".000", "");

function ask(method: string, path = "", body?: unknown, { token }: TestOwner = given.mia): Promise<Answer> {
  return given.api.ask(`/v1/alert-channels${path}`, { method, body, token });
}

const make = (endpoint: unknown, owner: TestOwner = given.mia, name: unknown = "Mine"): Promise<Answer> =>
  ask("POST", "", { name, endpoint }, owner);

interface ChannelBody {
  readonly id: string;
  readonly state: string;
  readonly name: string | null;
  readonly secret?: string;
  readonly publicKey?: string;
}

const bodyOf = ({ text }: Answer): ChannelBody => JSON.parse(text) as ChannelBody;

async function channels(owner: TestOwner = given.mia): Promise<readonly ChannelBody[]> {
  return (JSON.parse((await ask("GET", "", undefined, owner)).text) as { items: ChannelBody[] }).items;
}

describe("channels", () => {
  it("of a new account are its own address, which needs no proof", async () => {
    expect(await channels()).toMatchObject([{ id: "mail", kind: "email", state: "active", endpoint: null }]);
    const test = await ask("POST", "/mail/test");
    expect(test.status).toBe(202);
    expect(test.headers.get("location")).toBe(`/v1/alerts/${test.body.id}`);
    expect(await takeDeliveries(given.api, given.mia)).toMatchObject([
      { channel: "mail", endpoint: undefined },
    ]);
  });

  it.each([
    [EMAIL, EMAIL],
    [WEBHOOK, { ...WEBHOOK, withPlace: false, formerUntil: null }],
    [
      { ...WEBHOOK, withPlace: true },
      { ...WEBHOOK, withPlace: true, formerUntil: null },
    ],
    [PUSH, { kind: "push", host: "push.example.org" }],
    [NTFY, { kind: "ntfy", url: NTFY.url, hasToken: true }],
  ])("are made of %j, unproved, and shown without what is secret", async (draft, endpoint) => {
    const made = await make(draft);
    expect([made.status, JSON.parse(made.text)]).toMatchObject([
      201,
      { kind: draft.kind, name: "Mine", state: "unproved", endpoint, failingSince: null },
    ]);
    const list = (await ask("GET")).text;
    expect((await channels()).at(-1)).toMatchObject({ endpoint });
    expect((await channels()).at(-1)).not.toHaveProperty("secret");
    expect(list).not.toMatch(/whsec_|whpk_|whsk_|tk_secret|secret-part|BCVxsr7N|BTBZMq/);
  });

  it("are in use when the code that came to them is given back", async () => {
    const { id } = bodyOf(await make(EMAIL));
    const code = await proofCodeOf(given.api, given.mia, id);
    expect((await ask("POST", `/${id}/test`)).status).toBe(409);
    const proved = await ask("POST", `/${id}/prove`, { code: ` ${code.toLowerCase()} ` });
    expect([proved.status, bodyOf(proved).state]).toEqual([200, "active"]);
    for (const [rest, body] of [
      ["prove", { code }] as const,
      ["prove", { code: "AAAAAAAA" }] as const,
      ["proof"] as const,
    ]) {
      const again = await ask("POST", `/${id}/${rest}`, body);
      expect([again.status, again.body.type]).toEqual([409, "/v1/problems/already-proved"]);
    }
    expect((await ask("POST", `/${"a".repeat(26)}/prove`, { code })).status).toBe(404);
    expect((await ask("POST", `/${id}/test`)).status).toBe(202);
    expect(await takeDeliveries(given.api, given.mia)).toMatchObject([{ channel: id, endpoint: EMAIL }]);
  });

  it("say why their code did not arrive, when, and by which TLS", async () => {
    const { id } = bodyOf(await make(NTFY));
    const none = { lastAttemptAt: null, lastError: null, tls: null };
    expect(await channels()).toMatchObject([
      { id: "mail", ...none },
      { id, ...none },
    ]);
    const [proof] = await takeDeliveries(given.api, given.mia);
    const failed = {
      kind: "retry",
      nextAtMs: NOW_S * 1_000 + 90_000,
      error: "refused (500)",
      tls: "TLSv1.2",
    } as const;
    await given.api.store.alertWork.finish(proof!, failed, NOW_S * 1_000 + 700);
    const told = { lastAttemptAt: time(NOW_S), lastError: "refused (500)", tls: "TLSv1.2" };
    expect((await channels()).at(-1)).toMatchObject({ id, state: "unproved", ...told });
    const one = await ask("GET", `/${id}`);
    expect([one.status, bodyOf(one)]).toMatchObject([200, { id, state: "unproved", ...told }]);
    expect(bodyOf(await ask("GET", "/mail"))).toMatchObject({ id: "mail", state: "active", ...none });
  });

  it("take no code after five wrong ones, but another one that is sent", async () => {
    const { id } = bodyOf(await make(NTFY));
    const code = await proofCodeOf(given.api, given.mia, id);
    for (let i = 0; i < 5; i++) {
      const wrong = await ask("POST", `/${id}/prove`, { code: "AAAAAAAA" });
      expect([wrong.status, wrong.body.errors[0]?.field]).toEqual([400, "code"]);
    }
    expect((await ask("POST", `/${id}/prove`, { code })).status).toBe(400);
    expect((await ask("POST", `/${id}/proof`)).status).toBe(202);
    const next = await proofCodeOf(given.api, given.mia, id);
    expect(next).not.toBe(code);
    expect((await ask("POST", `/${id}/prove`, { code: next })).status).toBe(200);
  });

  it("take no code of yesterday, of another channel, or of another account", async () => {
    given.api.nowS = NOW_S - DAY_S;
    const { id } = bodyOf(await make(NTFY));
    const code = await proofCodeOf(given.api, given.mia, id);
    const other = bodyOf(await make(EMAIL));
    expect((await ask("POST", `/${other.id}/prove`, { code })).status).toBe(400);
    given.api.nowS = NOW_S;
    expect((await ask("POST", `/${id}/prove`, { code }, given.tom)).status).toBe(404);
    expect((await ask("POST", `/${id}/prove`, { code })).status).toBe(400);
  });

  it("of a webhook show secret and public key once, and others after a rotation, which overlap", async () => {
    const made = bodyOf(await make(WEBHOOK));
    expect(made).toMatchObject({
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as string,
      publicKey: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/) as string,
    });
    const rotated = bodyOf(await ask("POST", `/${made.id}/rotate`));
    expect(rotated.secret).toMatch(/^whsec_/);
    expect([rotated.secret, rotated.publicKey]).not.toContain(made.secret);
    expect(rotated.publicKey).not.toBe(made.publicKey);
    expect(rotated).toMatchObject({ endpoint: { formerUntil: time(NOW_S + DAY_S) } });
    const [delivery] = await takeDeliveries(given.api, given.mia);
    expect(delivery?.endpoint).toMatchObject({ secrets: [rotated.secret, made.secret] });
    for (const other of [EMAIL, NTFY])
      expect((await ask("POST", `/${bodyOf(await make(other)).id}/rotate`)).status).toBe(404);
  });

  it("are removed at once", async () => {
    const id = await provedChannel(given.api, given.mia);
    await ask("POST", `/${id}/test`);
    expect((await ask("DELETE", `/${id}`)).status).toBe(204);
    expect(await takeDeliveries(given.api, given.mia)).toEqual([]);
    expect((await ask("DELETE", `/${id}`)).status).toBe(404);
    expect((await ask("DELETE", "/mail")).status).toBe(404);
  });

  it("are 16 at most", async () => {
    for (let i = 0; i < 16; i++)
      expect((await make({ kind: "ntfy", url: `https://ntfy.example.org/${i}` })).status).toBe(201);
    const answer = await make(WEBHOOK);
    expect([answer.status, answer.body.errors]).toMatchObject([409, [{ limit: 16 }]]);
    expect((await make(WEBHOOK, given.tom)).status).toBe(201);
  });

  it("of a browser or topic that is there already are kept as they are", async () => {
    const first = bodyOf(await make(PUSH));
    expect(bodyOf(await make({ ...PUSH, p256dh: `${PUSH.p256dh}=` })).id).toBe(first.id);
    expect(await channels()).toHaveLength(2);
    expect(bodyOf(await make(PUSH, given.tom)).id).not.toBe(first.id);
  });
});

describe("endpoints", () => {
  it.each([
    "https://127.0.0.1/",
    "https://localhost:8443/v1",
    "https://169.254.169.254/latest",
    "https://[::ffff:a9fe:a9fe]/",
    "https://2130706433/",
    "http://hooks.example.org/",
    // In two parts: this URL has to have a password, and checks for secrets would find it.
    "https://me:secret" + "@hooks.example.org/",
    "https://10.0.0.1/",
    "nothing",
  ])("at %s are refused by field, whatever their kind", async (url) => {
    for (const endpoint of [
      { ...WEBHOOK, url },
      { ...NTFY, url },
      { ...PUSH, url },
    ]) {
      const { status, body, text } = await make(endpoint);
      expect([status, body.errors[0]?.field]).toEqual([400, "endpoint.url"]);
      // Nothing that was sent is repeated: it may hold a secret.
      expect(text).not.toContain("secret");
    }
    expect(await channels()).toHaveLength(1);
  });

  it("may be in networks that the operator allows", async () => {
    const channelRates = new RateLimiter({ burst: 10, perSecond: 1 }, () => 0);
    const endpointRates = channelRates;
    const pushKey = () => Promise.resolve(undefined);
    const destinations = new Destinations(["127.0.0.0/8"]);
    const snoozeRates = channelRates;
    given.api.use({ alerts: { channelRates, snoozeRates, endpointRates, destinations, pushKey } });
    expect((await make({ ...WEBHOOK, url: "https://localhost:8443/" })).status).toBe(201);
    expect((await make({ ...WEBHOOK, url: "https://10.0.0.1/" })).status).toBe(400);
  });

  it.each([
    [{ ...EMAIL, address: "no address" }, "endpoint.address"],
    [{ ...EMAIL, address: "a@example.org\r\nBcc: all@example.org" }, "endpoint.address"],
    [{ ...EMAIL, address: "a@example.org, b@example.org" }, "endpoint.address"],
    [{ ...EMAIL, address: '"<script>"@example.org' }, "endpoint.address"],
    [{ ...WEBHOOK, url: "https://hooks.example.org/\r\nX-A: b" }, "endpoint.url"],
    [{ ...WEBHOOK, secrets: ["whsec_mine"] }, "endpoint.secrets"],
    [{ ...WEBHOOK, keys: ["whsk_mine"] }, "endpoint.keys"],
    [{ ...WEBHOOK, withPlace: "yes" }, "endpoint.withPlace"],
    [{ ...WEBHOOK, url: `https://hooks.example.org/${"a".repeat(2_048)}` }, "endpoint.url"],
    [{ ...NTFY, token: "a\r\nX-A: b" }, "endpoint.token"],
    [{ ...NTFY, token: "" }, "endpoint.token"],
    [{ ...PUSH, p256dh: "AAAA" }, "endpoint.p256dh"],
    [{ ...PUSH, auth: "AAAA" }, "endpoint.auth"],
    [{ kind: "sms", number: "1" }, "endpoint.kind"],
    [{}, "endpoint.kind"],
    ["https://hooks.example.org/", "endpoint"],
    [null, "endpoint"],
  ])("are not made of %j", async (endpoint, field) => {
    const { status, body } = await make(endpoint);
    expect([status, body.errors[0]?.field]).toEqual([400, field]);
  });

  it.each(["", " ", "a\r\nBcc: x@example.org", "a\u0000", "\u202eecnirP", "x".repeat(65), 7, null])(
    "are not called %j",
    async (name) => {
      const { status, body } = await make(NTFY, given.mia, name);
      expect([status, body.errors[0]?.field]).toEqual([400, "name"]);
    },
  );

  it.each(["Mia's phone", "猫の電話", "Kätzchen 🐈", "a".repeat(64)])("may be called %s", async (name) => {
    expect(bodyOf(await make(NTFY, given.mia, name)).name).toBe(name);
  });
});

describe("a channel of somebody else and none", () => {
  it.each([
    ["GET", "", undefined],
    ["DELETE", "", undefined],
    ["POST", "/prove", { code: "AAAAAAAA" }],
    ["POST", "/proof", undefined],
    ["POST", "/resume", undefined],
    ["POST", "/rotate", undefined],
    ["POST", "/test", undefined],
  ])("answer the same to %s %s", async (method, rest, body) => {
    const { id } = bodyOf(await make(WEBHOOK));
    const answers: Answer[] = [];
    for (const asked of [id, "a".repeat(26), "x", id.toUpperCase()])
      answers.push(await ask(method, `/${asked}${rest}`, body, given.tom));
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([404, answers[0]?.text]);
      expect([...headers]).toEqual([...(answers[0]?.headers ?? [])]);
    }
    expect(await channels()).toMatchObject([{ id: "mail" }, { id, state: "unproved" }]);
  });
});

describe("changes to channels", () => {
  const limited = (channelBurst: number, endpointBurst: number): void => {
    const rate = (burst: number) => new RateLimiter({ burst, perSecond: 1 / 3_600 }, () => given.api.nowMs);
    given.api.use({
      alerts: {
        channelRates: rate(channelBurst),
        snoozeRates: rate(channelBurst),
        endpointRates: rate(endpointBurst),
        destinations: new Destinations([]),
        pushKey: () => Promise.resolve("key"),
      },
    });
  };

  it("are only so many of an account", async () => {
    limited(3, 1_000);
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await ask("POST", "/mail/test")).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    const late = await make(EMAIL);
    expect(late.status).toBe(429);
    expect(late.headers.get("retry-after")).toBe("3600");
    expect((await make(EMAIL, given.tom)).status).toBe(201);
    expect((await ask("GET")).status).toBe(200);
  });

  it("send only so many codes to one endpoint, whoever asks", async () => {
    limited(1_000, 3);
    const { id } = bodyOf(await make(EMAIL));
    expect((await ask("POST", `/${id}/proof`)).status).toBe(202);
    expect((await make({ ...EMAIL, address: "NEIGHBOUR@example.org" }, given.tom)).status).toBe(201);
    for (const owner of [given.mia, given.tom, await given.api.owner()])
      expect((await make(EMAIL, owner)).status).toBe(429);
    expect((await ask("POST", `/${id}/proof`)).status).toBe(429);
    expect((await make({ ...EMAIL, address: "other@example.org" }, given.tom)).status).toBe(201);
  });
});

describe("the key for browsers", () => {
  it("is the notifier's, and is not told while that is away", async () => {
    const answer = await given.api.ask("/v1/alert-push-key", { token: given.mia.token });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { key: "test-push-key" }]);
    const rates = new RateLimiter({ burst: 1, perSecond: 1 }, () => 0);
    const alerts = {
      ...{ channelRates: rates, snoozeRates: rates, endpointRates: rates },
      destinations: new Destinations([]),
    };
    given.api.use({ alerts: { ...alerts, pushKey: () => Promise.resolve(undefined) } });
    expect((await given.api.ask("/v1/alert-push-key", { token: given.mia.token })).status).toBe(503);
  });
});
