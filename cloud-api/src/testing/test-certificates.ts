import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key and its certificate, PEM. */
export interface TestIdentity {
  readonly key: string;
  readonly certificate: string;
}

/** Real certificates of one authority, and a server's of another. */
export interface TestCertificates {
  readonly authority: string;
  readonly auth: TestIdentity;
  readonly cloudApi: TestIdentity;
  readonly impostor: TestIdentity;
}

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const EXTENSIONS =
  "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=clientAuth,serverAuth\n";

/** Makes them with OpenSSL; takes about 200 ms. */
export function makeTestCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-cloud-api-"));
  const openssl = (...parameters: string[]): void =>
    void execFileSync("openssl", parameters, { cwd: folder, stdio: "ignore" });
  const authority = (name: string): void =>
    openssl(
      "req",
      "-x509",
      ...EC_KEY,
      "-subj",
      `/CN=${name}`,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
    );
  const identity = (by: string, name: string): TestIdentity => {
    const file = `${by}-${name}`;
    openssl("req", ...EC_KEY, "-subj", `/CN=${name}`, "-keyout", `${file}.key`, "-out", `${file}.csr`);
    const signer = ["-CA", `${by}.pem`, "-CAkey", `${by}.key`, "-CAcreateserial", "-extfile", "extensions"];
    openssl("x509", "-req", "-in", `${file}.csr`, ...signer, "-out", `${file}.pem`);
    const read = (ending: string): string => readFileSync(join(folder, file + ending), "utf8");
    return { key: read(".key"), certificate: read(".pem") };
  };
  try {
    writeFileSync(join(folder, "extensions"), EXTENSIONS);
    authority("services");
    authority("elsewhere");
    return {
      authority: readFileSync(join(folder, "services.pem"), "utf8"),
      auth: identity("services", "auth"),
      cloudApi: identity("services", "cloud-api"),
      impostor: identity("elsewhere", "auth"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
