import type { DataFiles } from "../data-folder/data-files.ts";
import { faultOfCopies } from "../data-folder/compare-copies.ts";
import { readDataFormat } from "../data-folder/data-format.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { checkDatabases } from "./check-databases.ts";
import { checkCertificates, checkDiskSpace, checkPermissions } from "./check-files.ts";
import { fine, wrong, type Finding } from "./finding.ts";

/** Looks at all of a data folder and changes nothing; services may be running. A failure when there is none. */
export async function checkData(
  files: DataFiles,
  services: readonly string[],
  now: Date,
): Promise<{ readonly findings: readonly Finding[] } | Failure> {
  const format = readDataFormat(files);
  if (format === undefined)
    return failed(`${files.folder} holds no data of purrimeter; name its data folder with --data`);
  if (isFailure(format)) return format;
  const findings = [
    ...(await checkDatabases(files)),
    await checkCopies(files),
    checkCertificates(files, services, now),
    checkPermissions(files),
    checkDiskSpace(files),
  ];
  return { findings };
}

/** Key ring, accounts and locations: whether each knows the owners that the others know. */
async function checkCopies(files: DataFiles): Promise<Finding> {
  const fault = await faultOfCopies(files);
  if (fault === "unknown")
    return wrong("owners", "cannot be compared before databases and key ring can be read");
  if (fault !== undefined) return wrong("owners", fault.failure);
  return fine("owners", "key ring, accounts and locations know the same owners");
}
