import type { KeyObject } from "node:crypto";
import forge from "node-forge";
import {
  keyIdentifier,
  nameAttributes,
  objectIdentifier,
  pem,
  primitive,
  sequence,
  signatureAlgorithm,
  signedDer,
} from "../certificates/signed-der.ts";

const { asn1, pki } = forge;
type Asn1 = forge.asn1.Asn1;

/** A certificate that is on the list. */
interface RevokedCertificate {
  /** Hexadecimal. */
  readonly serial: string;
  readonly revokedAt: Date;
}

/** What a revocation list says, before it is signed. */
export interface RevocationListPlan {
  /** Common name of the issuer. */
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly revoked: readonly RevokedCertificate[];
  /** Makes the list's number. */
  readonly now: Date;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** A revocation list of version 2 (RFC 5280, section 5), PEM. */
export function buildRevocationList(plan: RevocationListPlan): string {
  // The field is absent, not empty, when nothing is revoked (section 5.1.2.6).
  const entries = plan.revoked.length === 0 ? [] : [sequence(plan.revoked.map(revokedEntry))];
  const list = sequence([
    primitive(asn1.Type.INTEGER, asn1.integerToDer(1).getBytes()),
    signatureAlgorithm(),
    pki.distinguishedNameToAsn1({ attributes: nameAttributes(plan.issuer) }),
    time(plan.thisUpdate),
    time(plan.nextUpdate),
    ...entries,
    extensions(plan),
  ]);
  return pem("X509 CRL", signedDer(list, plan.issuerKey));
}

function revokedEntry({ serial, revokedAt }: RevokedCertificate): Asn1 {
  return sequence([primitive(asn1.Type.INTEGER, forge.util.hexToBytes(serial)), time(revokedAt)]);
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (section 5.1.2.4). */
function time(date: Date): Asn1 {
  return date.getUTCFullYear() < 2050
    ? primitive(asn1.Type.UTCTIME, asn1.dateToUtcTime(date))
    : primitive(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
}

/** Authority key identifier and the list's number, which must grow: milliseconds of UTC do, 6 bytes since 2004. */
function extensions({ issuerKey, now }: RevocationListPlan): Asn1 {
  const identifier = asn1.create(
    asn1.Class.CONTEXT_SPECIFIC,
    asn1.Type.NONE,
    false,
    keyIdentifier(issuerKey),
  );
  const number = forge.util.hexToBytes(now.getTime().toString(16).padStart(12, "0"));
  const items = [
    extension("2.5.29.35", sequence([identifier])),
    extension("2.5.29.20", primitive(asn1.Type.INTEGER, number)),
  ];
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, asn1.Type.NONE, true, [sequence(items)]);
}

function extension(oid: string, value: Asn1): Asn1 {
  return sequence([objectIdentifier(oid), primitive(asn1.Type.OCTETSTRING, asn1.toDer(value).getBytes())]);
}
