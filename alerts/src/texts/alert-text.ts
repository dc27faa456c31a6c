import type { AlertPreferences } from "@purrimeter/store/alert";
import { linesOf, titleOf } from "./lines-of.ts";
import { MAX_TITLE_LENGTH, plainName, shortened } from "./short-name.ts";
import type { Names, ToldAlert } from "./told-alert.ts";
import { wordsFor, type Words } from "./words.ts";

/** What a message says. */
export interface AlertText {
  /** One line, at most MAX_TITLE_LENGTH characters. */
  readonly title: string;
  /** Sentences, one a line. */
  readonly text: string;
}

/** A message is said to be delayed from this age on, seconds. */
const DELAYED_S = 600;

/** A name shorter than this is not cut further. */
const LEAST_NAME = 8;

/**
 * The text of an alert in the account's language and time zone. `nowS`, seconds of UTC: when it is delivered, so that an old
 * message says its age; leave it out for a list of alerts. No IO.
 */
export function alertText(alert: ToldAlert, preferences: AlertPreferences, nowS?: number): AlertText {
  const words = wordsFor(preferences);
  const lines = linesOf(alert, words, namesOf(alert, words));
  const age = nowS === undefined ? 0 : nowS - alert.createdAt;
  if (age >= DELAYED_S) lines.push(words.say("delayed", { age: words.duration(age) }));
  return { title: shortTitle(alert, words), text: lines.join("\n") };
}

/** Carries the code by which an endpoint is proved. */
export function proofText(code: string, preferences: AlertPreferences): AlertText {
  const words = wordsFor(preferences);
  return {
    title: words.say("proof.title", { code }),
    text: [words.say("proof.text", { code }), words.say("proof.ignore")].join("\n"),
  };
}

/** Ends a mail: how to change what is told. `url`: the page of the account, if there is one. */
export function footerText(url: string | undefined, preferences: AlertPreferences): string {
  const words = wordsFor(preferences);
  return url === undefined ? words.say("footer.bare") : words.say("footer", { url });
}

function namesOf({ kind, facts: { tagName, geofence, name } }: ToldAlert, words: Words): Names {
  return {
    tag: plainName(tagName ?? "") || words.say("tag"),
    zone: plainName(geofence?.name ?? "") || words.say("zone"),
    name:
      plainName(name ?? "") ||
      words.say(kind === "channel-failed" || kind === "channel-gone" ? "channel" : "somebody"),
  };
}

const NAMES = ["tag", "zone", "name"] as const;

/** Names are cut, the longest first, until the title fits: what happened is never cut off. */
function shortTitle(alert: ToldAlert, words: Words): string {
  let names = namesOf(alert, words);
  let title = titleOf(alert, words, names);
  while (lengthOf(title) > MAX_TITLE_LENGTH) {
    const [longest] = NAMES.toSorted((a, b) => lengthOf(names[b]) - lengthOf(names[a]));
    if (longest === undefined || lengthOf(names[longest]) <= LEAST_NAME) break;
    names = { ...names, [longest]: shortened(names[longest], lengthOf(names[longest]) - 1) };
    title = titleOf(alert, words, names);
  }
  return shortened(title, MAX_TITLE_LENGTH);
}

function lengthOf(text: string): number {
  return [...text].length;
}
