import { BRANCHES } from "@purrimeter/certs/authority-files";
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/**
 * What is wrong with an authority whose root or issuers are not valid at `now`: no certificate of theirs is accepted then, and
 * only the root's key, which is not here, makes others. Undefined when all are valid.
 */
export function authorityFault(files: DataFiles, now: Date): Failure | undefined {
  const { root, branches } = files.authority;
  const paths = [root, ...BRANCHES.map((branch) => branches[branch].certificate)];
  for (const path of paths.filter((one) => existsSync(one))) {
    const { validFromDate, validToDate } = new X509Certificate(readFileSync(path));
    if (validFromDate > now) return fault(files, now, `is not valid before ${iso(validFromDate)}`);
    if (validToDate < now) return fault(files, now, `ended at ${iso(validToDate)}`);
  }
  return undefined;
}

function fault({ folder, certs, authority }: DataFiles, now: Date, how: string): Failure {
  return failed(
    `the certificate authority of ${folder} ${how}, and this machine's clock is at ${iso(now)}: set the clock right. ` +
      `If it is right, the authority was made on a wrong clock: move ${certs} and ${authority.keys} away, start with --root-out, ` +
      "and provision the tags again",
  );
}

function iso(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
