import { createTestCertificates, type TestCertificates } from "@purrimeter/service/testing/test-certificates";
import { X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultSettings } from "../configuration/read-settings.ts";
import { dataFiles } from "../data-folder/data-files.ts";
import { checkApiCertificate } from "./check-api-certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-own-certificate-"));
let certificates: TestCertificates;
let validFrom: Date;

beforeAll(async () => {
  certificates = await createTestCertificates();
  const { certificate, key } = await certificates.identity("localhost");
  validFrom = new X509Certificate(certificate).validFromDate;
  put(certificate, key);
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(certificate: string | Buffer, key: string | Buffer): void {
  writeFileSync(join(folder, "chain.pem"), certificate);
  writeFileSync(join(folder, "key.pem"), key, { mode: 0o600 });
}

/** What is said of the certificate and key in the folder at a time. */
function faultsAt(now: Date): string[] {
  const settings = defaultSettings([]);
  const api = { ...settings.api, certificate: "chain.pem", key: "key.pem" };
  const context = { files: dataFiles(folder), settings: { ...settings, api }, now };
  return checkApiCertificate(context).map(({ failure }) => failure.replace(/^.*config\.json: /, ""));
}

const later = (seconds: number): Date => new Date(validFrom.getTime() + seconds * 1_000);

test("a certificate that is valid, with its key, is taken", () => {
  expect(faultsAt(later(60))).toEqual([]);
});

test("one that is not valid yet, or not any more, is refused with the time", () => {
  expect(faultsAt(later(-60))).toEqual([
    `api.certificate: chain.pem is not valid before ${validFrom.toISOString()}`,
  ]);
  expect(faultsAt(later(40 * 366 * 86_400))[0]).toMatch(/^api\.certificate: chain\.pem has expired on 20/);
});

test("a key that its group may write is refused", () => {
  chmodSync(join(folder, "key.pem"), 0o660);
  expect(faultsAt(later(60))[0]).toMatch(/^api\.key: key\.pem can be read by everybody, or written/);
  chmodSync(join(folder, "key.pem"), 0o640);
  expect(faultsAt(later(60))).toEqual([]);
});

test("what only TLS finds is found before anything starts: a broken issuer in the chain", async () => {
  const { certificate, key } = await certificates.identity("other");
  put(`${certificate.toString()}\n-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n`, key);
  expect(faultsAt(later(60))[0]).toMatch(/^api\.certificate: chain\.pem cannot be used for TLS \(ERR_/);
});
