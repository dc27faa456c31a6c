import { gzipSync } from "node:zlib";
import type { Attack } from "./attack.ts";
import { must, mustBe } from "./must.ts";
import type { Target } from "./target.ts";
import { dial, exchange, type Ask } from "./wire.ts";

const NAME = '"name":"a","tagIds":[],"shape":{"type":"Circle","center":[7,61],"radiusM":50}';

/** Bodies that strict JSON does not have. */
const BODIES: readonly (readonly [what: string, ask: Ask, statuses: readonly number[]])[] = [
  ["a member twice", { body: `{${NAME},"name":"b"}` }, [400]],
  ["a member twice, once escaped", { body: `{${NAME},"n\\u0061me":"b"}` }, [400]],
  ["__proto__", { body: `{${NAME},"__proto__":{"isAdmin":true}}` }, [400]],
  ["constructor", { body: `{${NAME},"constructor":{"prototype":{}}}` }, [400]],
  ["deep nesting", { body: "[".repeat(20_000) }, [400, 413]],
  ["a byte order mark", { body: `\uFEFF{${NAME}}` }, [400]],
  ["bytes that are no UTF-8", { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }, [400]],
  ["gzip", { body: gzipSync(`{${NAME}}`), headers: { "content-encoding": "gzip" } }, [400, 415]],
  ["text/plain", { body: `{${NAME}}`, headers: { "content-type": "text/plain" } }, [400, 415]],
];

/** Bytes of a body, and what a route reads at most: a geofence may have many corners. */
const LARGE = [
  ["/tags/claim", 200_000, 4_096],
  ["/auth/login", 200_000, 4_096],
  ["/geofences", 1_100_000, 1_048_576],
] as const;

async function largeBodies(target: Target): Promise<string> {
  const token = target.owner.accessToken;
  for (const [path, bytes, limit] of LARGE) {
    const body = `{"name":"${"a".repeat(bytes)}"}`;
    const { status, text } = await target.ask("POST", path, { token, body });
    mustBe(status, [413], `${bytes} bytes to ${path}`);
    must(text.includes(`"limit":${limit}`), `${path} does not name its limit: ${text}`);
  }
  await target.mustServe();
  return "all were answered 413 with the limit";
}

async function looseJson(target: Target): Promise<string> {
  const token = target.owner.accessToken;
  const honest = `{${NAME.replace("[]", '["mimi"]')}}`;
  const made = await target.ask("POST", "/geofences", { token, body: honest });
  mustBe(made.status, [201], "an honest body");
  for (const [what, asked, statuses] of BODIES) {
    const { status } = await target.ask("POST", "/geofences", { token, ...asked });
    mustBe(status, statuses, `a body with ${what}`);
  }
  await target.mustServe();
  return `all ${BODIES.length} were refused, an honest one was taken`;
}

async function foreignTags(target: Target): Promise<string> {
  const { accessToken: token } = await target.newPerson("stranger@example.org", "127.6.1.1");
  const paths = [
    "",
    "/locations",
    "/locations/latest",
    "/events",
    "/totals",
    "/shares",
    "/export?format=csv",
  ];
  for (const path of paths) {
    const [foreign, missing] = await Promise.all(
      ["mimi", "nino"].map((id) => target.ask("GET", `/tags/${id}${path}`, { token })),
    );
    mustBe(foreign?.status ?? 0, [404], `another owner's tag${path}`);
    must(
      foreign?.status === missing?.status,
      `a foreign tag${path} and a missing one have different statuses`,
    );
    must(foreign?.text.replaceAll("mimi", "nino") === missing?.text, `tag${path}: different bodies`);
  }
  const own = await target.ask("GET", "/tags/mimi", { token: target.owner.accessToken });
  mustBe(own.status, [200], "the owner's own tag");
  return `${paths.length} routes answered alike`;
}

const YEAR = "from=2020-01-01T00:00:00Z&to=2040-01-01T00:00:00Z";

/** Taking away or changing what is another's, and one's own without the password. */
async function foreignData(target: Target): Promise<string> {
  const { accessToken: token } = await target.newPerson("copier@example.org", "127.6.1.2");
  const owner = target.owner.accessToken;
  const asks = [
    ["DELETE", `/tags/mimi/locations?${YEAR}`, undefined],
    ["PATCH", "/tags/mimi/locations/2026-01-01T00%3A00%3A00Z", '{"suspect":true}'],
  ] as const;
  for (const [method, path, body] of asks)
    mustBe(
      (await target.ask(method, path, { token, ...(body && { body }) })).status,
      [404],
      `${method} ${path}`,
    );
  const wrong = await target.ask("POST", "/account/export", {
    token: owner,
    body: '{"password":"not the password"}',
  });
  mustBe(wrong.status, [400, 401], "an archive without the password");
  const body = JSON.stringify({ password: target.owner.password });
  const asked = await target.ask("POST", "/account/export", { token: owner, body });
  mustBe(asked.status, [202], "an archive with the password");
  const archive = String(asked.headers["location"]).replace("/v1", "");
  mustBe((await target.ask("GET", archive, { token: owner })).status, [200], "the owner's archive");
  mustBe((await target.ask("GET", archive, { token })).status, [404], "another's archive");
  for (const id of ["..%2f..%2flocations.db", "%00", "a".repeat(5_000)])
    mustBe(
      (await target.ask("GET", `/account/export/${id}`, { token: owner })).status,
      [400, 404],
      "no id of an archive",
    );
  return "nothing of another's was given, changed or deleted";
}

/** Two readings of where a request ends. The hidden request would be answered 200 on its own. */
const HIDDEN = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
const CHUNKED = "Transfer-Encoding: chunked";
const SMUGGLED: readonly (readonly [what: string, head: readonly string[], body: string])[] = [
  ["CL.TE", ["Content-Length: 6", CHUNKED], `0\r\n\r\n${HIDDEN}`],
  ["TE.CL", [CHUNKED, "Content-Length: 4"], `5c\r\n${HIDDEN}\r\n0\r\n\r\n`],
  ["TE.TE", [CHUNKED, "Transfer-Encoding: identity"], `0\r\n\r\n${HIDDEN}`],
  ["a space before the colon", ["Transfer-Encoding : chunked"], `0\r\n\r\n${HIDDEN}`],
  ["two lengths", ["Content-Length: 0", `Content-Length: ${HIDDEN.length}`], HIDDEN],
  ["a length with a sign", ["Content-Length: +0"], HIDDEN],
  ["a negative chunk", [CHUNKED], `-1\r\n\r\n${HIDDEN}`],
  ["a folded header", ["X: a", " Content-Length: 0", `Content-Length: ${HIDDEN.length + 1}0x`], HIDDEN],
  ["a chunk size beyond numbers", [CHUNKED], `fffffffffffffffff\r\n${HIDDEN}`],
];

async function smuggling(target: Target): Promise<string> {
  for (const [what, head, body] of SMUGGLED) {
    const socket = await dial(target.api.port, target.api.ca);
    must(socket !== undefined, "no connection");
    if (socket === undefined) continue;
    const start = ["POST /v1/auth/login HTTP/1.1", `Host: localhost:${target.api.port}`];
    const lines = [...start, "Content-Type: application/json", ...head, "", body];
    const answers = await exchange(socket, lines.join("\r\n"));
    must(!/HTTP\/1\.1 200/.test(answers), `${what}: the hidden request was answered`);
    must(/HTTP\/1\.1 4\d\d/.test(answers), `${what}: ${JSON.stringify(answers.slice(0, 60))}`);
  }
  const plain = await dial(target.api.port, target.api.ca);
  const host = `Host: localhost:${target.api.port}\r\nConnection: close\r\n\r\n`;
  const served = plain && (await exchange(plain, `GET /v1/health HTTP/1.1\r\n${host}`));
  must(/HTTP\/1\.1 200/.test(served ?? ""), "the plain request was refused too, so nothing was tried");
  return `all ${SMUGGLED.length} were refused, no hidden request was answered`;
}

/** Days for which nothing is kept, or for ever. */
const DAYS = ["0", "-1", "1e9", "366", "1.5", '"7"', "null", "1e-9"] as const;

async function retention(target: Target): Promise<string> {
  const token = target.owner.accessToken;
  const before = await target.ask("GET", "/account", { token });
  mustBe(before.status, [200], "the owner's own choice");
  for (const days of DAYS) {
    const { status, text } = await target.ask("PATCH", "/account", {
      token,
      body: `{"retentionDays":${days}}`,
    });
    mustBe(status, [400], `retentionDays ${days}`);
    must(text.includes('"field":"retentionDays"'), `retentionDays ${days}: the field is not named: ${text}`);
  }
  mustBe((await target.send("PATCH", "/account", { afterwards: "keep" }, { token })).status, [400], "keep");
  mustBe((await target.send("PATCH", "/account", { retentionDays: 1 })).status, [401], "nobody's choice");
  mustBe((await target.ask("GET", "/operator/totals", { token })).status, [403], "sums for an owner");
  const after = await target.ask("GET", "/account", { token });
  must(after.text === before.text, `the choice was changed: ${after.text}`);
  return `all ${DAYS.length} were refused with the field, and nothing was changed`;
}

export const REQUEST_ATTACKS: readonly Attack[] = [
  { name: "loose-json", tried: "doubled members, __proto__, gzip and others", run: looseJson },
  { name: "large-bodies", tried: "bodies of 200 kB and 1.1 MB", run: largeBodies },
  { name: "foreign-tags", tried: "another owner's tag and a missing one", run: foreignTags },
  { name: "retention", tried: "0, -1, 1e9 and other days, and sums for an owner", run: retention },
  {
    name: "foreign-data",
    tried: "another's history and archive, and an archive without the password",
    run: foreignData,
  },
  { name: "smuggling", tried: "requests with two ends, by raw sockets", run: smuggling },
];
