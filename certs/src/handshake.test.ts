import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorityFiles, type AuthorityFiles } from "./authority/authority-files.ts";
import { initAuthority } from "./init-authority.ts";
import { issueLeaf, type Issued } from "./certificates/issue-leaf.ts";
import { issueService } from "./certificates/issue-service.ts";
import { issueTag } from "./certificates/issue-tag.ts";
import { KEY_BITS, makeKeyPair } from "./certificates/key-pair.ts";
import { unrefused } from "./refusal.ts";
import { revoke } from "./revocation/revoke.ts";
import { tagPlan } from "./certificates/sign-leaf.ts";

const now = new Date();
const TEN_YEARS_MS = 10 * 365 * 86_400_000;
const directory = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
const elsewhere = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
let authority: AuthorityFiles;
let bridge: Issued;
let tag: Issued;

beforeAll(async () => {
  authority = unrefused(await initAuthority(authorityFiles(directory), now));
  bridge = unrefused(await issueService(authorityFiles(directory), "bridge", { now }));
  tag = unrefused(await issueTag(authorityFiles(directory), "cat", { now }));
});

afterAll(() => {
  for (const folder of [directory, elsewhere]) rmSync(folder, { recursive: true });
});

interface Trust {
  readonly clientAuthority: string;
  readonly revoked?: string;
}

/** What a server that asks for certificates says of this client: its common name, or why it is refused. */
async function handshake(
  client: Pick<Issued, "chain" | "key">,
  trust?: Trust,
  root = authority.root,
): Promise<string> {
  const { clientAuthority, revoked } = trust ?? { clientAuthority: authority.branches.tags.anchor };
  const server = createServer({
    cert: readFileSync(bridge.chain),
    key: readFileSync(bridge.key),
    ca: readFileSync(clientAuthority),
    ...(revoked === undefined ? {} : { crl: readFileSync(revoked) }),
    requestCert: true,
    // Refusing is then this test's part: Node would hang up and not say why.
    rejectUnauthorized: false,
    minVersion: "TLSv1.3",
  });
  const verdict = new Promise<string>((resolve) => {
    server.on("secureConnection", (socket) => resolve(verdictOn(socket)));
    server.on("tlsClientError", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const files = { cert: readFileSync(client.chain), key: readFileSync(client.key), ca: readFileSync(root) };
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ...files });
  const refusedByClient = new Promise<string>((resolve) => {
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(`client: ${error.code ?? error.message}`));
  });
  const said = await Promise.race([
    verdict,
    refusedByClient.then((reason) => (socket.authorized ? verdict : reason)),
  ]);
  socket.destroy();
  server.close();
  return said;
}

function verdictOn(socket: TLSSocket): string {
  if (!socket.authorized) return String(socket.authorizationError);
  const protocol = socket.getProtocol() ?? "no protocol";
  return `${protocol} ${socket.getPeerX509Certificate()?.subject.split("CN=")[1] ?? "nobody"}`;
}

describe("a bridge that trusts the tags' anchor", () => {
  test("accepts a tag over TLS 1.3", async () => {
    expect(await handshake(tag)).toBe("TLSv1.3 cat");
  });

  test("refuses a tag of another authority", async () => {
    unrefused(await initAuthority(authorityFiles(elsewhere), now));
    const foreign = unrefused(await issueTag(authorityFiles(elsewhere), "cat", { now }));
    expect(await handshake(foreign)).toBe("UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
  });

  test("refuses an expired certificate", async () => {
    const expired = unrefused(
      await issueTag(authorityFiles(directory), "old", { now: new Date(now.getTime() - TEN_YEARS_MS) }),
    );
    expect(new X509Certificate(readFileSync(expired.chain)).validToDate.getTime()).toBeLessThan(
      now.getTime(),
    );
    expect(await handshake(expired)).toBe("CERT_HAS_EXPIRED");
  });

  test("refuses a certificate that is not for clients", async () => {
    const keys = await makeKeyPair(KEY_BITS);
    const plan = tagPlan("server-only", keys.publicKey);
    const extensions = plan.extensions.map((extension) =>
      extension.name === "extKeyUsage" ? { name: "extKeyUsage", serverAuth: true } : extension,
    );
    const wrong = unrefused(issueLeaf(authority, { ...plan, extensions }, keys.privateKey, now));
    expect(await handshake(wrong)).toBe("INVALID_PURPOSE");
  });

  test("refuses a service that comes as a tag, even one that is another's client", async () => {
    const service = unrefused(
      await issueService(authorityFiles(directory), "auth", { now, clientAuth: true }),
    );
    expect(await handshake(service)).not.toContain("auth");
    // The reason for the anchor: the root would have let it in.
    expect(await handshake(service, { clientAuthority: authority.root })).toBe("TLSv1.3 auth");
    expect(await handshake(service, { clientAuthority: authority.branches.services.anchor })).toBe(
      "TLSv1.3 auth",
    );
  });

  test("refuses a revoked certificate and goes on accepting others", async () => {
    const lost = unrefused(await issueTag(authorityFiles(directory), "lost", { now }));
    const { anchor, revoked } = authorityFiles(directory).branches.tags;
    const trust = { clientAuthority: anchor, revoked };
    expect(await handshake(lost, trust)).toBe("TLSv1.3 lost");
    unrefused(revoke(authorityFiles(directory), "lost", now));
    expect(await handshake(lost, trust)).toBe("CERT_REVOKED");
    expect(await handshake(tag, trust)).toBe("TLSv1.3 cat");
  });
});

test("a tag refuses a bridge of another authority", async () => {
  const foreign = unrefused(await initAuthority(authorityFiles(join(elsewhere, "third")), now));
  expect(await handshake(tag, undefined, foreign.root)).toMatch(/^client: (UNABLE_TO|SELF_SIGNED)/);
});
