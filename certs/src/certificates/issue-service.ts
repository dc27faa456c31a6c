import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { issuedFiles, type AuthorityFiles } from "../authority/authority-files.ts";
import { issueLeaf, type Issued } from "./issue-leaf.ts";
import { KEY_BITS, makeKeyPair } from "./key-pair.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { servicePlan } from "./sign-leaf.ts";

/** How to issue a service's certificate. */
export interface ServiceOptions {
  readonly now: Date;
  /** Host names and IP addresses besides localhost, 127.0.0.1 and ::1. */
  readonly hosts?: readonly string[];
  /** For a service that calls another one. */
  readonly clientAuth?: boolean;
}

/** What every service on this machine is reached by. */
const LOCAL_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/**
 * Issues a service's certificate, with its key, into the authority's services/NAME. Refuses "no-authority",
 * "bad-service-name", "bad-host", "already-issued". File system errors are thrown.
 */
export async function issueService(
  authority: AuthorityFiles,
  name: string,
  { now, hosts = [], clientAuth = false }: ServiceOptions,
): Promise<Issued | Refusal> {
  if (!isServiceName(name)) return refuse("bad-service-name", name);
  const bad = hosts.find((host) => !isHost(host));
  if (bad !== undefined) return refuse("bad-host", bad);
  if (existsSync(issuedFiles(authority.directory, "services", name).folder))
    return refuse("already-issued", name);
  const keys = await makeKeyPair(KEY_BITS);
  const everyHost = [...new Set([...LOCAL_HOSTS, ...hosts])];
  const plan = servicePlan(name, keys.publicKey, everyHost, clientAuth);
  return issueLeaf(authority, plan, keys.privateKey, now);
}

function isServiceName(text: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(text);
}

/** An IP address, or a host name of letters, digits and inner hyphens (RFC 1123, section 2.1). */
export function isHost(text: string): boolean {
  const labels = text.split(".");
  return isIP(text) !== 0 || (text.length <= 253 && labels.every(isHostLabel));
}

function isHostLabel(label: string): boolean {
  return /^[A-Za-z0-9-]{1,63}$/.test(label) && !label.startsWith("-") && !label.endsWith("-");
}
