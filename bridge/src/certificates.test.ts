import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { buildCertificate } from "@purrimeter/certs/build-certificate";
import { loadIssuer } from "@purrimeter/certs/issuer";
import { pem } from "@purrimeter/certs/signed-der";
import { unrefused } from "@purrimeter/certs/refusal";
import { revoke } from "@purrimeter/certs/revoke";
import type { TagId } from "@purrimeter/protocol/values";
import { tagIssuers } from "./broker/peer-identity.ts";
import { openTestSource, type TestSource } from "./testing/open-test-source.ts";
import { dial, dialAndJoin } from "./testing/raw-tag.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./testing/test-authority.ts";

const ALF = "alf" as TagId;
const DAY_MS = 86_400_000;
const YEARS_AGO = new Date(Date.now() - 30 * 365 * DAY_MS);

let authority: TestAuthority;
let alf: Credentials;
let open: TestSource | undefined;

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf] = (await authority.tags([ALF])) as [Credentials];
});
afterAll(() => authority.remove());
afterEach(() => open?.source.close());

interface Crafted {
  readonly subject?: string;
  readonly extensions?: object[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const CLIENT_AUTH = [{ name: "extKeyUsage", clientAuth: true }];

/** A certificate of the tags' own authority that `purrimeter certs` would not issue. */
function craft({ subject = ALF, extensions = CLIENT_AUTH, notBefore, notAfter }: Crafted): Credentials {
  const issuer = unrefused(loadIssuer(authority.files, "tags"));
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { der } = buildCertificate({
    subject,
    issuer: issuer.commonName,
    publicKey,
    issuerKey: issuer.key,
    notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + DAY_MS),
    extensions: extensions as { name: string }[],
  });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { cert: pem("CERTIFICATE", der), key, ca: alf.ca };
}

/** TLS 1.3 tells a client of its refusal after the client's own handshake is over. */
async function expectRefusal(port: number, credentials: Partial<Credentials>, options = {}): Promise<void> {
  const refused = dial(port, credentials, options).then(async (tag) => {
    tag.join(ALF);
    await tag.next("connack");
  });
  await expect(refused).rejects.toThrow();
  expect(open?.sink.reports).toEqual([]);
  expect(open?.source.sessions).toBe(0);
}

it("takes a tag of its authority, with its issuer in the chain and without", async () => {
  open = await openTestSource(authority.bridge);
  await dialAndJoin(open.port, ALF, alf);
  const leaf = alf.cert.slice(0, alf.cert.indexOf("-----END CERTIFICATE-----") + 26);
  await dialAndJoin(open.port, ALF, { ...alf, cert: leaf });
});

it("refuses a certificate of another authority", async () => {
  open = await openTestSource(authority.bridge);
  const other = await createTestAuthority();
  const [foreign] = (await other.tags([ALF])) as [Credentials];
  other.remove();
  await expectRefusal(open.port, { ...foreign, ca: alf.ca });
  expect(open.events).toEqual(["handshake-failed"]);
  expect(open.causes).toMatchObject([{ reason: "unknown authority" }]);
});

it("refuses no certificate at all", async () => {
  open = await openTestSource(authority.bridge);
  await expectRefusal(open.port, { ca: alf.ca });
});

it.each<[string, Crafted, string]>([
  ["expired", { notBefore: YEARS_AGO, notAfter: new Date(Date.now() - 1_000) }, "certificate has expired"],
  [
    "not valid yet",
    { notBefore: new Date(Date.now() + DAY_MS), notAfter: new Date(Date.now() + 2 * DAY_MS) },
    "certificate is not yet valid: is the clock right?",
  ],
  [
    "for servers only",
    { extensions: [{ name: "extKeyUsage", serverAuth: true }] },
    "certificate is for another purpose",
  ],
  ["without usages", { extensions: [] }, "no-client-usage"],
  [
    "of an authority",
    { extensions: [...CLIENT_AUTH, { name: "basicConstraints", critical: true, cA: true }] },
    "authority",
  ],
  ["with a name that is no tag", { subject: "alf/report" }, "no-tag-name"],
  ["with a wildcard for a name", { subject: "+" }, "no-tag-name"],
])("refuses a certificate that is %s, and says why", async (_what, crafted, reason) => {
  open = await openTestSource(authority.bridge);
  await expectRefusal(open.port, craft(crafted));
  await expect.poll(() => open?.causes).toMatchObject([{ reason }]);
});

it("refuses a service's certificate, also when the whole root is trusted", async () => {
  const files = authority.files;
  const bundle = [files.root, files.branches.tags.certificate]
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  expect(tagIssuers(bundle)).toHaveLength(1);
  open = await openTestSource({ ...authority.bridge, clientAuthority: bundle });
  await dialAndJoin(open.port, ALF, alf);
  await open.source.close();
  open = await openTestSource({ ...authority.bridge, clientAuthority: bundle });
  await expectRefusal(open.port, await authority.service("cloud-api"));
  expect(open.events).toEqual(["bad-certificate"]);
});

it("refuses TLS 1.2", async () => {
  open = await openTestSource(authority.bridge);
  await expectRefusal(open.port, alf, { maxVersion: "TLSv1.2" });
  expect(open.events).toEqual(["handshake-failed"]);
  expect(open.causes).toMatchObject([{ reason: "no shared TLS version" }]);
});

it("ends the live session of a certificate that is revoked and lets it in no more, not by an old ticket either", async () => {
  const lists = (): string => readFileSync(authority.files.branches.tags.revoked, "utf8");
  const [bad, good] = (await authority.tags(["bad", "good"])) as [Credentials, Credentials];
  open = await openTestSource({ ...authority.bridge, revoked: lists() });
  const goodTag = await dialAndJoin(open.port, "good", good);
  const badTag = await dial(open.port, bad);
  const session = await new Promise<Buffer>((resolve) => badTag.socket.once("session", resolve));
  // Node sends nothing that is written from within that event.
  await new Promise((resolve) => setImmediate(resolve));
  badTag.join("bad");
  await badTag.next("connack");
  unrefused(revoke(authority.files, "bad", new Date()));
  open.source.replaceRevoked(lists());
  await badTag.closed;
  expect(open.events).toEqual(["revoked-tag bad"]);
  for (const options of [{}, { session }]) {
    const refused = dial(open.port, bad, options).then((tag) => tag.next("connack"));
    await expect(refused).rejects.toThrow();
  }
  expect(goodTag.socket.destroyed).toBe(false);
  await dialAndJoin(open.port, "good", good);
});

it("takes a resumed session and still knows the tag", async () => {
  open = await openTestSource(authority.bridge);
  const first = await dial(open.port, alf);
  const session = await new Promise<Buffer>((resolve) => first.socket.once("session", resolve));
  first.socket.destroy();
  const second = await dial(open.port, alf, { session });
  expect(second.socket.isSessionReused()).toBe(true);
  second.join(ALF);
  expect((await second.next("connack")).returnCode).toBe(0);
});
