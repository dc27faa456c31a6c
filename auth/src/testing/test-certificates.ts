import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key and its certificate, PEM. */
export interface TestIdentity {
  readonly key: string;
  readonly certificate: string;
}

/** Real certificates for tests, made by OpenSSL within the run. */
export interface TestCertificates {
  readonly authority: string;
  readonly server: TestIdentity;
  readonly cloudApi: TestIdentity;
  /** Same authority, other name. */
  readonly bridge: TestIdentity;
  readonly notifier: TestIdentity;
  readonly alerts: TestIdentity;
  /** cloud-api's name under another authority. */
  readonly impostor: TestIdentity;
}

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function openssl(folder: string, ...parameters: string[]): void {
  execFileSync("openssl", parameters, { cwd: folder, stdio: "ignore" });
}

function makeAuthority(folder: string, name: string): void {
  const subject = ["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "2"];
  openssl(folder, "req", "-x509", ...EC_KEY, ...subject);
}

function makeIdentity(folder: string, authority: string, name: string): TestIdentity {
  const file = `${authority}-${name}`;
  openssl(folder, "req", ...EC_KEY, "-subj", `/CN=${name}`, "-keyout", `${file}.key`, "-out", `${file}.csr`);
  const usage = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=clientAuth,serverAuth\n";
  writeFileSync(join(folder, `${file}.ext`), usage);
  const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial", "-days", "1"];
  openssl(
    folder,
    "x509",
    "-req",
    "-in",
    `${file}.csr`,
    ...signer,
    "-extfile",
    `${file}.ext`,
    "-out",
    `${file}.pem`,
  );
  const read = (ending: string): string => readFileSync(join(folder, file + ending), "utf8");
  return { key: read(".key"), certificate: read(".pem") };
}

/** Makes two authorities and what they sign; takes about 200 ms. */
export function makeTestCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-auth-"));
  try {
    makeAuthority(folder, "services");
    makeAuthority(folder, "elsewhere");
    return {
      authority: readFileSync(join(folder, "services.pem"), "utf8"),
      server: makeIdentity(folder, "services", "auth"),
      cloudApi: makeIdentity(folder, "services", "cloud-api"),
      bridge: makeIdentity(folder, "services", "bridge"),
      notifier: makeIdentity(folder, "services", "notifier"),
      alerts: makeIdentity(folder, "services", "alerts"),
      impostor: makeIdentity(folder, "elsewhere", "cloud-api"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
