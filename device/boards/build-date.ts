import { execFileSync } from "node:child_process";

const DAY_S = 86_400;

/**
 * The day, in UTC seconds, to which a build of the firmware is dated: `sourceDateEpoch` (SOURCE_DATE_EPOCH of
 * reproducible-builds.org) when it is set, otherwise the commit that is checked out in `folder`, so that a build can be
 * reproduced. Without either, one line that tells what to do.
 */
export function buildDateS(sourceDateEpoch: string | undefined, folder: string): number | string {
  const seconds = sourceDateEpoch ?? commitTime(folder);
  if (seconds === undefined)
    return `${folder} is no git checkout: set SOURCE_DATE_EPOCH to seconds since 1970`;
  if (!/^\d{1,10}$/.test(seconds))
    return `SOURCE_DATE_EPOCH is not a number of seconds since 1970: ${seconds}`;
  return Math.floor(Number(seconds) / DAY_S) * DAY_S;
}

function commitTime(folder: string): string | undefined {
  try {
    const log = ["-C", folder, "log", "-1", "--format=%ct"];
    return execFileSync("git", log, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    // The caller is told what to set instead.
    return undefined;
  }
}
