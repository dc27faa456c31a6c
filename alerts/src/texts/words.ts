import type { AlertPreferences } from "@purrimeter/store/alert";
import { LruMap } from "@purrimeter/service/lru-map";
import de from "./de.json" with { type: "json" };
import en from "./en.json" with { type: "json" };

/** Name of a text in the message files. */
export type MessageKey = keyof typeof en;

/** The message files, by language. Each has every key. */
export const MESSAGES: Readonly<Record<AlertPreferences["language"], Readonly<Record<MessageKey, string>>>> =
  {
    en,
    de,
  };

/** Of numbers, times and plurals. British English has the day before the month and 24 hours, as German has. */
const LOCALES = { en: "en-GB", de: "de-DE" } as const;

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** How an account reads texts, times and durations. */
export interface Words {
  /** The text with its placeholders `{name}` filled. One that is not given stays. */
  say(key: MessageKey, values?: Readonly<Record<string, string>>): string;
  /** As `say`, in the form for that number, which is `{count}`. */
  counted(key: "many.title" | "many.text", count: number): string;
  /** A time in the account's zone, with the date. `atS`: seconds of UTC. */
  time(atS: number): string;
  /** About how long, in the largest unit that is reached twice or exactly: "26 hours". `seconds`: 0 or more. */
  duration(seconds: number): string;
  percent(value: number): string;
  number(value: number): string;
}

/** Intl's formats cost a tenth of a millisecond each to make; accounts share languages and zones. */
const MAX_KEPT = 64;
const kept = new LruMap<string, Words>(MAX_KEPT);

/** The words of an account. A time zone that this machine does not know is UTC. */
export function wordsFor(preferences: AlertPreferences): Words {
  const key = `${preferences.language} ${preferences.timeZone}`;
  const words = kept.get(key) ?? makeWords(preferences);
  kept.set(key, words);
  return words;
}

function makeWords({ language, timeZone }: AlertPreferences): Words {
  const locale = LOCALES[language];
  const messages = MESSAGES[language];
  const times = timeFormat(locale, timeZone);
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const percents = new Intl.NumberFormat(locale, { style: "percent" });
  const durations = durationFormats(locale);
  const say: Words["say"] = (key, values = {}) => fill(messages[key], values);
  return {
    say,
    counted: (key, count) =>
      say(`${key}.${plurals.select(count) === "one" ? "one" : "other"}`, { count: numbers.format(count) }),
    time: (atS) => times.format(atS * 1_000),
    duration: (seconds) => durationIn(durations, seconds),
    percent: (value) => percents.format(value / 100),
    number: (value) => numbers.format(value),
  };
}

/** Filled in one pass: a name that looks like a placeholder stays as it is. */
function fill(message: string, values: Readonly<Record<string, string>>): string {
  return message.replace(/\{(\w+)\}/gu, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}

function timeFormat(locale: string, timeZone: string): Intl.DateTimeFormat {
  const options = {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  } as const;
  try {
    return new Intl.DateTimeFormat(locale, { ...options, hourCycle: "h23", timeZone });
  } catch (error) {
    if (error instanceof RangeError) return timeFormat(locale, "UTC");
    throw error;
  }
}

type DurationFormats = ReadonlyMap<(typeof UNITS)[number][0], Intl.NumberFormat>;

function durationFormats(locale: string): DurationFormats {
  const formatOf = (unit: string): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
  return new Map(UNITS.map(([unit]) => [unit, formatOf(unit)]));
}

function durationIn(formats: DurationFormats, seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= 2 * size || seconds === size) ?? ["minute", 60];
  const count = Math.max(1, Math.floor(seconds / size));
  return formats.get(unit)?.format(count) ?? String(count);
}
