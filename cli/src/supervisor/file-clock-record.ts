import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import type { ClockRecord, DoubtedSeconds } from "@purrimeter/service/watch-clock";
import { existsSync, readFileSync } from "node:fs";

/**
 * The last trusted time as a file, seconds of UTC in decimal ("" when there is none); after it, while the clock is not trusted,
 * "doubted", its last time and the seconds that it has run undisputed. What has no such form counts as nothing.
 */
export function fileClockRecord(path: string): ClockRecord {
  const read = (): Clock => (existsSync(path) ? parse(readFileSync(path, "utf8")) : {});
  const write = (text: string): void => replaceFile(path, `${text}\n`, PUBLIC_MODE);
  return {
    lastTrusted: () => Promise.try(() => read().trustedS),
    lastDoubted: () => Promise.try(() => read().doubted),
    keepTrusted: (utcS) => Promise.try(() => write(`${utcS}`)),
    keepDoubted: ({ utcS, undisputedS }) =>
      Promise.try(() => write(`${read().trustedS ?? ""} doubted ${utcS} ${undisputedS}`)),
  };
}

interface Clock {
  readonly trustedS?: number;
  readonly doubted?: DoubtedSeconds;
}

const FORM = /^(?<trusted>\d{1,12})?(?: doubted (?<utc>-?\d{1,12}) (?<undisputed>\d{1,12}))?$/;

function parse(text: string): Clock {
  const { trusted, utc, undisputed } = FORM.exec(text.trimEnd())?.groups ?? {};
  return {
    ...(trusted !== undefined && { trustedS: Number(trusted) }),
    ...(utc !== undefined && { doubted: { utcS: Number(utc), undisputedS: Number(undisputed) } }),
  };
}
