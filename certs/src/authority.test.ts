import { authorityFiles } from "./authority/authority-files.ts";
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuthorityFiles } from "./authority/authority-files.ts";
import { initAuthority } from "./init-authority.ts";
import { issueFleet } from "./certificates/issue-fleet.ts";
import type { Issued } from "./certificates/issue-leaf.ts";
import { issueService } from "./certificates/issue-service.ts";
import { issueTag } from "./certificates/issue-tag.ts";
import { unrefused } from "./refusal.ts";
import { renew, serviceNeeds } from "./certificates/renew.ts";

const now = new Date();
const directory = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
let authority: AuthorityFiles;
let tag: Issued;
let service: Issued;

beforeAll(async () => {
  authority = unrefused(await initAuthority(authorityFiles(directory), now));
  tag = unrefused(await issueTag(authorityFiles(directory), "Cat_1-a", { now }));
  const options = { now, hosts: ["cats.example.org", "192.0.2.7"], clientAuth: true };
  service = unrefused(await issueService(authorityFiles(directory), "cloud-api", options));
});

afterAll(() => rmSync(directory, { recursive: true }));

function certificateOf(path: string): X509Certificate {
  return new X509Certificate(readFileSync(path));
}

function openssl(...args: string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function verified(branch: "tags" | "services", purpose: string, chain: string): string {
  const { certificate } = authority.branches[branch];
  const chainOptions = ["-CAfile", authority.root, "-untrusted", certificate];
  return openssl("verify", "-x509_strict", "-purpose", purpose, ...chainOptions, chain);
}

describe("what OpenSSL says", () => {
  test("a tag's certificate is a strict one for clients", () => {
    expect(verified("tags", "sslclient", tag.chain)).toContain("OK");
  });

  test("a tag's certificate serves nobody", () => {
    expect(() => verified("tags", "sslserver", tag.chain)).toThrow(/unsuitable certificate purpose/);
  });

  test("a service's certificate is a strict one for servers, and for clients where wanted", () => {
    expect(verified("services", "sslserver", service.chain)).toContain("OK");
    expect(verified("services", "sslclient", service.chain)).toContain("OK");
  });

  test("a leaf signs nothing: its constraints say so", () => {
    const text = openssl("x509", "-in", tag.chain, "-noout", "-text");
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
  });

  test("an intermediate signs leaves only, the root intermediates only", () => {
    const intermediate = openssl("x509", "-in", authority.branches.tags.certificate, "-noout", "-text");
    expect(intermediate).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(intermediate).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    const root = openssl("x509", "-in", authority.root, "-noout", "-text");
    expect(root).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:1/);
  });
});

describe("what node:crypto reads", () => {
  test("names, hosts and issuers", () => {
    expect(certificateOf(tag.chain).subject).toBe("O=Purrimeter\nCN=Cat_1-a");
    expect(certificateOf(tag.chain).checkIssued(certificateOf(authority.branches.tags.certificate))).toBe(
      true,
    );
    for (const host of ["localhost", "cats.example.org"])
      expect(certificateOf(service.chain).checkHost(host)).toBe(host);
    for (const ip of ["127.0.0.1", "::1", "192.0.2.7"])
      expect(certificateOf(service.chain).checkIP(ip)).toBeDefined();
  });

  test("the key fits the certificate, in PEM and in DER", () => {
    const leaf = certificateOf(tag.leafDer);
    const der = createPrivateKey({ key: readFileSync(tag.keyDer), format: "der", type: "pkcs8" });
    expect(leaf.checkPrivateKey(der)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(readFileSync(tag.key)))).toBe(true);
    expect(readFileSync(tag.key, "utf8")).toContain("BEGIN PRIVATE KEY");
  });

  test("the chain holds leaf and issuer in this order", () => {
    const [first, second, third] = readFileSync(tag.chain, "utf8").split(/(?=-----BEGIN)/);
    expect(new X509Certificate(first ?? "").raw).toEqual(readFileSync(tag.leafDer));
    expect(new X509Certificate(second ?? "").raw).toEqual(readFileSync(tag.issuerDer));
    expect(third).toBeUndefined();
    expect(readFileSync(tag.authorityDer)).toEqual(certificateOf(authority.root).raw);
  });

  test("validity begins a little earlier and ends with the issuer at the latest", async () => {
    const nearTheEnd = new Date(now.getTime() + 9 * 365 * 86_400_000);
    const late = unrefused(await issueTag(authorityFiles(directory), "late", { now: nearTheEnd }));
    expect(certificateOf(tag.chain).validFromDate.getTime()).toBeLessThan(now.getTime());
    expect(late.notAfter).toEqual(certificateOf(authority.branches.tags.certificate).validToDate);
  });

  test("years from 2050 on are written as GeneralizedTime", async () => {
    const later = mkdtempSync(join(tmpdir(), "purrimeter-certs-"));
    const files = unrefused(await initAuthority(authorityFiles(later), new Date("2045-06-01T00:00:00Z")));
    expect(certificateOf(files.root).validToDate.getUTCFullYear()).toBe(2065);
    expect(openssl("asn1parse", "-in", files.root)).toMatch(/UTCTIME[^\n]+\n[^\n]+GENERALIZEDTIME/);
    rmSync(later, { recursive: true });
  });
});

test("serial numbers are positive, long and never the same", async () => {
  const tags = Array.from({ length: 50 }, (_, position) => `serial-${position}`);
  const { members } = unrefused(await issueFleet(authorityFiles(directory), tags, now));
  expect(new Set(members.map(({ serial }) => serial)).size).toBe(50);
  for (const { serial } of members) expect(serial).toMatch(/^01[0-9A-F]{32}$/);
});

test("a fleet shares one key under many names", async () => {
  const fleet = unrefused(await issueFleet(authorityFiles(directory), ["one", "two"], now));
  const key = createPrivateKey(fleet.keyPem);
  const leaves = fleet.members.map(({ chainPem }) => new X509Certificate(chainPem));
  expect(leaves.map((leaf) => leaf.checkPrivateKey(key))).toEqual([true, true]);
  expect(leaves.map((leaf) => leaf.subject)).toEqual(["O=Purrimeter\nCN=one", "O=Purrimeter\nCN=two"]);
});

test("only the owner of the files can use them", () => {
  for (const path of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const { mode } = statSync(join(directory, path));
    if (statSync(join(directory, path)).isDirectory()) expect([path, mode & 0o777]).toEqual([path, 0o700]);
    if (/key|issued/.test(path) && !path.includes("Cat_1-a/c"))
      expect([path, mode & 0o077]).toEqual([path, 0]);
  }
});

describe("renewal", () => {
  test("keeps a service's hosts and uses, with a new key", async () => {
    const before = certificateOf(service.chain);
    const renewed = certificateOf(
      unrefused(await renew(authorityFiles(directory), "service", "cloud-api", { now })).chain,
    );
    expect(renewed.subjectAltName).toBe(before.subjectAltName);
    expect(renewed.keyUsage).toEqual(before.keyUsage);
    expect(renewed.publicKey.equals(before.publicKey)).toBe(false);
    expect(verified("services", "sslserver", service.chain)).toContain("OK");
  });

  test("adds hosts, which is how a service gets to hold a new one", async () => {
    expect(serviceNeeds(directory, "cloud-api", { hosts: ["::1", "new.example.org"], days: 30 }, now)).toBe(
      "lacks-host",
    );
    unrefused(
      await renew(authorityFiles(directory), "service", "cloud-api", { now, hosts: ["new.example.org"] }),
    );
    expect(
      serviceNeeds(
        directory,
        "cloud-api",
        { hosts: ["::1", "new.example.org", "cats.example.org"], days: 30 },
        now,
      ),
    ).toBe("none");
    expect(serviceNeeds(directory, "cloud-api", { hosts: [], days: 400 }, now)).toBe("ends-soon");
    expect(serviceNeeds(directory, "bridge", { hosts: [], days: 30 }, now)).toBe("missing");
  });

  test("is needed by what is not yet valid", () => {
    const earlier = new Date(now.getTime() - 2 * 86_400_000);
    expect(serviceNeeds(directory, "cloud-api", { hosts: [], days: 30 }, earlier)).toBe("not-yet-valid");
  });

  test("a clock that is hours behind takes new certificates", () => {
    const { validFromDate } = certificateOf(tag.chain);
    expect(now.getTime() - validFromDate.getTime()).toBeGreaterThanOrEqual(23 * 3_600_000);
  });

  test("keeps the key of a tag that cannot change it", async () => {
    const before = certificateOf(tag.chain);
    const renewed = certificateOf(
      unrefused(await renew(authorityFiles(directory), "tag", "Cat_1-a", { now, keepKey: true })).chain,
    );
    expect(renewed.publicKey.equals(before.publicKey)).toBe(true);
    expect(renewed.serialNumber).not.toBe(before.serialNumber);
    expect(readdirSync(join(directory, "tags")).filter((name) => name.startsWith("."))).toEqual([]);
  });
});
