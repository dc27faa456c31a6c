import { issuedFiles } from "@purrimeter/certs/authority-files";
import { issueTag } from "@purrimeter/certs/issue-tag";
import { unrefused } from "@purrimeter/certs/refusal";
import { rmSync, readFileSync } from "node:fs";
import { purrimeter } from "../running-purrimeter.ts";
import type { Attack } from "./attack.ts";
import { must, within } from "./must.ts";
import { isLetIn, joinTag, mustStore } from "./mqtt.ts";
import type { Target, TagIdentity } from "./target.ts";
import { closed, ANSWER_MS } from "./wire.ts";

async function revokedCertificate(target: Target): Promise<string> {
  const tag = await target.tag("olga");
  const raw = await joinTag(target.bridge, tag);
  const { code, stderr } = await purrimeter("certs", "revoke", "olga", "--data", target.data);
  must(code === 0, `nothing was revoked, so nothing was tried: ${stderr}`);
  await within(ANSWER_MS, "the end of the session of a revoked certificate", closed(raw.socket));
  must(!(await isLetIn(target.bridge, tag, "olga")), "a revoked certificate was let in");
  return "its session was ended, and it was refused";
}

const YEAR_MS = 365 * 86_400_000;

/** A certificate that the installation's own authority issued at another time, for a tag that it knows. */
async function issuedAt(target: Target, id: string, at: Date): Promise<TagIdentity> {
  await target.tag(id);
  const { authority, certs } = target.files;
  rmSync(issuedFiles(certs, "tags", id).folder, { recursive: true });
  const issued = unrefused(await issueTag(authority, id, { now: at }));
  const key = readFileSync(issued.key, "utf8");
  // A tag's key does not stay in the data folder, which another attack copies.
  rmSync(issued.key);
  return { id, cert: readFileSync(issued.chain, "utf8"), key };
}

async function expiredCertificate(target: Target): Promise<string> {
  const now = Date.now();
  const valid = await issuedAt(target, "vera", new Date(now));
  must(await isLetIn(target.bridge, valid, "vera"), "a valid one was refused too, so nothing was tried");
  const expired = await issuedAt(target, "vera", new Date(now - 20 * YEAR_MS));
  must(!(await isLetIn(target.bridge, expired, "vera")), "an expired certificate was let in");
  return "it was refused, a valid one of the same tag was let in";
}

const CLONES = 80;
const BURST = 20;
const EACH_MS = 15_000;

async function clones(target: Target): Promise<string> {
  const tag = await target.tag("klon");
  const beganMs = performance.now();
  let letIn = 0;
  for (let count = 0; count < CLONES; count++) if (await isLetIn(target.bridge, tag, tag.id)) letIn++;
  const allowed = BURST + 1 + Math.ceil((performance.now() - beganMs) / EACH_MS);
  must(letIn > 1, "not even two sessions were let in, so nothing was tried");
  must(letIn <= allowed, `${letIn} sessions of one certificate began, not ${allowed} at most`);
  await mustStore(target.bridge, await target.tag("nora"), 4);
  return `${letIn} of ${CLONES} sessions began, another tag was served`;
}

export const CERTIFICATE_ATTACKS: readonly Attack[] = [
  { name: "revoked-certificate", tried: "a certificate that was revoked", run: revokedCertificate },
  { name: "expired-certificate", tried: "a certificate that has expired", run: expiredCertificate },
  { name: "clones", tried: `${CLONES} sessions of one certificate`, run: clones },
];
