import type { MailPreferences } from "@purrimeter/auth-api/internal";
import type { Mail } from "./mailer.ts";
import de from "./texts/de.json" with { type: "json" };
import en from "./texts/en.json" with { type: "json" };

/** What a message says, whoever it goes to. */
export type MailText = Pick<Mail, "subject" | "text">;

/** Name of a message in the message files. */
export type MailName = keyof typeof en.mails;

interface Messages {
  /** What most notices end with. */
  readonly advice: string;
  readonly mails: Readonly<
    Record<MailName, { readonly subject: string; readonly paragraphs: readonly string[] }>
  >;
}

/** The message files, by language. Each has every message. */
export const MAIL_MESSAGES: Readonly<Record<MailPreferences["language"], Messages>> = { en, de };

/** What accounts that said nothing are written to by. */
export const DEFAULT_MAIL_PREFERENCES: MailPreferences = { language: "en", timeZone: "UTC" };

/** What a message is about. */
export interface MailValues {
  /** When it happened, seconds of UTC. */
  readonly atS?: number;
  readonly link?: string;
  /** Id of a tag. */
  readonly tag?: string;
}

/** A message to an account, in its language and with times of its zone. A link is a paragraph of its own. */
export function mailText(
  name: MailName,
  preferences: MailPreferences,
  { atS, link, tag }: MailValues = {},
): MailText {
  const { advice, mails } = MAIL_MESSAGES[preferences.language];
  const { subject, paragraphs } = mails[name];
  const values: Readonly<Record<string, string | undefined>> = {
    ...{ advice, link, tag },
    at: atS === undefined ? undefined : writtenTime(atS, preferences),
  };
  return { subject, text: `${paragraphs.map((one) => fill(one, values)).join("\n\n")}\n` };
}

/** Filled in one pass: what is filled in is not looked at again. */
function fill(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole);
}

/** A time as messages write it, to the minute, with its zone. A zone that this machine does not know is UTC. `atS`: seconds of UTC. */
export function writtenTime(atS: number, preferences = DEFAULT_MAIL_PREFERENCES): string {
  const { language, timeZone } = preferences;
  const parts = partsOf(atS, timeZone);
  if (parts === undefined) return writtenTime(atS, { language, timeZone: "UTC" });
  const { year, month, day, hour, minute } = parts;
  const zone = timeZone === "UTC" ? timeZone : `(${timeZone})`;
  const [date, time] = [`${year}-${month}-${day}`, `${hour}:${minute}`];
  return language === "de" ? `${day}.${month}.${year} um ${time} Uhr ${zone}` : `${date} ${time} ${zone}`;
}

function partsOf(atS: number, timeZone: string): Partial<Record<string, string>> | undefined {
  const two = "2-digit" as const;
  const options = {
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    hourCycle: "h23",
  } as const;
  try {
    const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
    return Object.fromEntries(format.formatToParts(atS * 1_000).map(({ type, value }) => [type, value]));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
