import { createHash, createPublicKey, sign, type KeyObject } from "node:crypto";
import forge from "node-forge";

const { asn1, pki } = forge;
type Asn1 = forge.asn1.Asn1;

/** An ASN.1 SEQUENCE. */
export function sequence(items: Asn1[]): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, items);
}

/** A primitive value of one of ASN.1's own types; `bytes` is a binary string, one character a byte. */
export function primitive(type: forge.asn1.Type, bytes: string): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, type, false, bytes);
}

/** An OBJECT IDENTIFIER. */
export function objectIdentifier(oid: string): Asn1 {
  return primitive(asn1.Type.OID, asn1.oidToDer(oid).getBytes());
}

/** OID of the only signature algorithm in use: Moddable's TLS knows RSA with PKCS#1 v1.5 padding (RFC 4055). */
export const SIGNATURE_OID = "1.2.840.113549.1.1.11";

/** AlgorithmIdentifier of sha256WithRSAEncryption; its parameters are NULL (RFC 4055, section 5). */
export function signatureAlgorithm(): Asn1 {
  return sequence([objectIdentifier(SIGNATURE_OID), primitive(asn1.Type.NULL, "")]);
}

/**
 * SEQUENCE {what, algorithm, signature} as certificates and revocation lists have it (RFC 5280, sections 4.1 and 5.1).
 * node:crypto signs: node-forge's arithmetic takes 24 ms a signature and no constant time.
 */
export function signedDer(what: Asn1, issuerKey: KeyObject): Buffer {
  const signature = sign("sha256", toDer(what), issuerKey).toString("binary");
  // A BIT STRING's first byte counts the unused bits.
  return toDer(sequence([what, signatureAlgorithm(), primitive(asn1.Type.BITSTRING, `\0${signature}`)]));
}

function toDer(value: Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), "binary");
}

/** A distinguished name of organisation and common name. UTF8String, because PrintableString has no underscore. */
export function nameAttributes(commonName: string): forge.pki.CertificateField[] {
  const valueTagClass = asn1.Type.UTF8 as unknown as forge.asn1.Class;
  return [
    {
      name: "organizationName",
      type: pki.oids["organizationName"] ?? "",
      value: "Purrimeter",
      valueTagClass,
    },
    { name: "commonName", type: pki.oids["commonName"] ?? "", value: commonName, valueTagClass },
  ];
}

/** Key identifier: the first 160 bits of the SHA-256 of the public key (RFC 7093, method 1). A binary string. */
export function keyIdentifier(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  const bits = publicKey.export({ type: "pkcs1", format: "der" });
  return createHash("sha256").update(bits).digest().subarray(0, 20).toString("binary");
}

/** DER as PEM, 64 characters a line. */
export function pem(label: "CERTIFICATE" | "X509 CRL", der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
