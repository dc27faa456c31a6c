import type { KeyObject } from "node:crypto";
import { buildCertificate, type Extension } from "./build-certificate.ts";
import { noteIssued, type IssuedCertificate, type Kind } from "../authority/issued-index.ts";
import type { Issuer } from "../authority/issuer.ts";
import { serviceExtensions, tagExtensions, validity, VALIDITY_DAYS } from "./profiles.ts";
import { pem } from "./signed-der.ts";

/** What a leaf certificate is made of. */
export interface LeafPlan {
  readonly kind: Kind;
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
  readonly days: number;
}

/** A leaf certificate that was signed, and is not in the index yet. */
export interface SignedLeaf {
  readonly der: Buffer;
  /** Leaf and issuer, PEM. */
  readonly chainPem: string;
  readonly record: IssuedCertificate;
}

/** The plan of a tag's certificate. */
export function tagPlan(tag: string, publicKey: KeyObject): LeafPlan {
  return { kind: "tag", commonName: tag, publicKey, extensions: tagExtensions(), days: VALIDITY_DAYS.tag };
}

/** The plan of a service's certificate. */
export function servicePlan(
  name: string,
  publicKey: KeyObject,
  hosts: readonly string[],
  clientAuth: boolean,
): LeafPlan {
  const extensions = serviceExtensions(hosts, clientAuth);
  return { kind: "service", commonName: name, publicKey, extensions, days: VALIDITY_DAYS.service };
}

/** Signs leaves, notes all of them in the index, and only then hands them over. */
export function signLeaves(
  directory: string,
  issuer: Issuer,
  plans: readonly LeafPlan[],
  now: Date,
): SignedLeaf[] {
  const leaves = plans.map((plan) => signLeaf(issuer, plan, now));
  noteIssued(
    directory,
    leaves.map(({ record }) => record),
  );
  return leaves;
}

function signLeaf(
  issuer: Issuer,
  { kind, commonName, publicKey, extensions, days }: LeafPlan,
  now: Date,
): SignedLeaf {
  const span = validity(now, days, issuer.notAfter);
  const names = { subject: commonName, issuer: issuer.commonName };
  const { der, serial } = buildCertificate({
    ...names,
    publicKey,
    issuerKey: issuer.key,
    extensions,
    ...span,
  });
  const record = {
    serial,
    commonName,
    kind,
    issuedAt: now.toISOString(),
    notAfter: span.notAfter.toISOString(),
  };
  return { der, chainPem: pem("CERTIFICATE", der) + issuer.certificate.toString(), record };
}
