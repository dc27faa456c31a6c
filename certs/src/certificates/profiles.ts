import { isIP } from "node:net";
import type { Extension } from "./build-certificate.ts";

const DAY_MS = 86_400_000;

/** A clock that is hours behind, by a wrong time zone for example, must not refuse what was made today. */
const BACKDATED_MS = DAY_MS;

/** Days that a certificate holds. None outlives its issuer. */
export const VALIDITY_DAYS = {
  root: 7_305,
  intermediate: 3_653,
  /** Services are renewed by the machine that runs them. */
  service: 397,
  /** A tag is renewed by hand, at its charger: as long as a collar lives. */
  tag: 1_827,
} as const;

/** Beginning and end of a certificate made at `now`, not later than its issuer's end. */
export function validity(
  now: Date,
  days: number,
  issuerNotAfter?: Date,
): { notBefore: Date; notAfter: Date } {
  const wanted = now.getTime() + days * DAY_MS;
  const end = Math.min(wanted, issuerNotAfter?.getTime() ?? wanted);
  return { notBefore: wholeSecond(now.getTime() - BACKDATED_MS), notAfter: wholeSecond(end) };
}

function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** The root signs intermediates, and revokes them. */
export function rootExtensions(): Extension[] {
  return authorityExtensions(1);
}

/** An intermediate signs leaves only. */
export function intermediateExtensions(): Extension[] {
  return authorityExtensions(0);
}

function authorityExtensions(pathLenConstraint: number): Extension[] {
  return [
    { name: "basicConstraints", critical: true, cA: true, pathLenConstraint },
    { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
  ];
}

/** A tag opens connections and serves nothing. */
export function tagExtensions(): Extension[] {
  return [...leafExtensions(), { name: "extKeyUsage", clientAuth: true }];
}

/** A service serves the hosts named; some services are another's client as well. */
export function serviceExtensions(hosts: readonly string[], clientAuth: boolean): Extension[] {
  const usage = clientAuth ? { serverAuth: true, clientAuth: true } : { serverAuth: true };
  return [
    ...leafExtensions(),
    { name: "extKeyUsage", ...usage },
    { name: "subjectAltName", altNames: hosts.map(alternativeName) },
  ];
}

function leafExtensions(): Extension[] {
  return [
    { name: "basicConstraints", critical: true, cA: false },
    { name: "keyUsage", critical: true, digitalSignature: true },
  ];
}

const DNS_NAME = 2;
const IP_ADDRESS = 7;

function alternativeName(host: string): object {
  return isIP(host) === 0 ? { type: DNS_NAME, value: host } : { type: IP_ADDRESS, ip: host };
}
