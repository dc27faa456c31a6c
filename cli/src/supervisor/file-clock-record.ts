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

function parse(text: string): Clock {
  const [trusted = "", word, ...doubted] = text.trimEnd().split(" ");
  const [utcS, undisputedS, ...more] = doubted.map(seconds);
  if (word === undefined) return trustedIn(trusted);
  if (word !== "doubted" || utcS === undefined || undisputedS === undefined || more.length > 0) return {};
  return { ...trustedIn(trusted), doubted: { utcS, undisputedS } };
}

function trustedIn(text: string): Clock {
  const trustedS = seconds(text);
  return trustedS === undefined ? {} : { trustedS };
}

function seconds(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
