import { createPublicKey, randomBytes, type KeyObject } from "node:crypto";
import forge from "node-forge";
import { keyIdentifier, nameAttributes, SIGNATURE_OID, signedDer } from "./signed-der.ts";

const { asn1, pki } = forge;

/** An extension as node-forge's builder takes it. */
export type Extension = Readonly<Record<string, unknown>> & { readonly name: string };

/** What a certificate says, before it is signed. */
export interface CertificatePlan {
  /** Common name of the subject. */
  readonly subject: string;
  /** Common name of the issuer. */
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Besides the key identifiers, which every certificate has. */
  readonly extensions: readonly Extension[];
}

/** A signed certificate. */
export interface BuiltCertificate {
  readonly der: Buffer;
  /** Hexadecimal, upper case, as openssl and node:crypto print it. */
  readonly serial: string;
}

/** A certificate of version 3 after RFC 5280. node-forge only builds it; it reads and verifies nothing. */
export function buildCertificate(plan: CertificatePlan): BuiltCertificate {
  const certificate = pki.createCertificate();
  certificate.serialNumber = randomSerial();
  certificate.signatureOid = certificate.siginfo.algorithmOid = SIGNATURE_OID;
  certificate.publicKey = forgePublicKey(plan.publicKey);
  certificate.validity.notBefore = plan.notBefore;
  certificate.validity.notAfter = plan.notAfter;
  certificate.setSubject(nameAttributes(plan.subject));
  certificate.setIssuer(nameAttributes(plan.issuer));
  certificate.setExtensions(
    [...plan.extensions, ...keyIdentifiers(plan)].map((extension) => ({ ...extension })),
  );
  certificate.signature = "";
  const [toBeSigned] = pki.certificateToAsn1(certificate).value;
  if (typeof toBeSigned !== "object") throw new Error("node-forge gave no TBSCertificate");
  return { der: signedDer(toBeSigned, plan.issuerKey), serial: certificate.serialNumber.toUpperCase() };
}

/** 128 random bits behind a 1, which keeps the number positive and its length the same (RFC 5280, section 4.1.2.2). */
function randomSerial(): string {
  return `01${randomBytes(16).toString("hex")}`;
}

function keyIdentifiers({ publicKey, issuerKey }: CertificatePlan): Extension[] {
  const own = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, keyIdentifier(publicKey));
  return [
    { name: "subjectKeyIdentifier", value: own },
    { name: "authorityKeyIdentifier", keyIdentifier: keyIdentifier(createPublicKey(issuerKey)) },
  ];
}

function forgePublicKey(key: KeyObject): forge.pki.rsa.PublicKey {
  const { n, e } = key.export({ format: "jwk" });
  if (n === undefined || e === undefined) throw new Error("Only RSA keys are certified");
  return pki.rsa.setPublicKey(bigInteger(n), bigInteger(e));
}

function bigInteger(base64url: string): forge.jsbn.BigInteger {
  return new forge.jsbn.BigInteger(Buffer.from(base64url, "base64url").toString("hex"), 16);
}
