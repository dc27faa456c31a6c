import { LruMap } from "@purrimeter/service/lru-map";

/** A day of a calendar: months 1 to 12. */
export interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY_S = 86_400;

/** Zones in use at once; making a format costs a tenth of a millisecond. */
const MAX_KEPT = 64;
const formats = new LruMap<string, Intl.DateTimeFormat>(MAX_KEPT);

/** The date on which a moment is, in the zone. `atS`: seconds of UTC. */
export function localDate(atS: number, timeZone: string): LocalDate {
  return dateOf(atS + offsetS(atS, timeZone));
}

/** The date so many days later, by the calendar. */
export function plusDays({ year, month, day }: LocalDate, days: number): LocalDate {
  return dateOf(Date.UTC(year, month - 1, day + days) / 1_000);
}

/** ISO weekday, 1 Monday to 7 Sunday. */
export function weekdayOf({ year, month, day }: LocalDate): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}

/**
 * The first moment, in seconds of UTC, at which the clocks of the zone show that minute of that day (0 to 1,440, from midnight) or
 * later. So a time that comes twice is taken once, and a time or a day that the clocks skip is the moment after the gap.
 */
export function momentOf({ year, month, day }: LocalDate, minute: number, timeZone: string): number {
  const shownS = Date.UTC(year, month - 1, day, 0, minute) / 1_000;
  // No zone is 24 hours from UTC, and none changes twice in two days.
  const [before, after] = [offsetS(shownS - DAY_S, timeZone), offsetS(shownS + DAY_S, timeZone)];
  if (before === after) return shownS - before;
  const changeS = firstWith(after, shownS - DAY_S, shownS + DAY_S, timeZone);
  return shownS - before < changeS ? shownS - before : Math.max(changeS, shownS - after);
}

/** The first moment with that offset, between one that has another and one that has it. */
function firstWith(offset: number, lowS: number, highS: number, timeZone: string): number {
  if (highS - lowS <= 1) return highS;
  const middleS = Math.floor((lowS + highS) / 2);
  return offsetS(middleS, timeZone) === offset
    ? firstWith(offset, lowS, middleS, timeZone)
    : firstWith(offset, middleS, highS, timeZone);
}

/** What the zone's clocks show is so many seconds after UTC. A zone that this machine does not know is UTC. */
function offsetS(atS: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(atS * 1_000)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1_000 - Math.floor(atS);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = formats.get(timeZone) ?? makeFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  const date = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const time = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...date, ...time, timeZone });
  } catch (error) {
    if (error instanceof RangeError) return makeFormat("UTC");
    throw error;
  }
}

function dateOf(shownS: number): LocalDate {
  const date = new Date(shownS * 1_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
