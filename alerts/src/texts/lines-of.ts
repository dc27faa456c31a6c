import type { Names, ToldAlert } from "./told-alert.ts";
import type { Words } from "./words.ts";

/** The title, whatever its length. */
export function titleOf({ kind, facts }: ToldAlert, words: Words, names: Names): string {
  const values = { ...names };
  switch (kind) {
    case "left":
      return words.say(titleOfLeft(facts), values);
    case "outside-longer":
      return words.say("outside-longer.title", {
        ...values,
        duration: words.duration(facts.longerThanS ?? 0),
      });
    case "many":
      return words.counted("many.title", facts.count ?? 1);
    case "came-back":
    case "not-back-by":
    case "battery-low":
    case "silent":
    case "heard-again":
    case "live-failed":
    case "found":
    case "shared":
    case "test":
    case "channel-failed":
      return words.say(`${kind}.title`, values);
  }
}

function titleOfLeft({
  backAt,
  count = 1,
}: ToldAlert["facts"]): "left.title" | "was-out.title" | "still-out.title" {
  if (backAt !== undefined) return "was-out.title";
  return count > 1 ? "still-out.title" : "left.title";
}

/** The sentences of the text, one a line. */
export function linesOf(alert: ToldAlert, words: Words, names: Names): string[] {
  const { kind, facts } = alert;
  const values: Values = { ...names, at: words.time(facts.at), age: words.duration(ageOf(alert)) };
  const doubted = facts.isDoubted === true ? [words.say("doubted")] : [];
  return [...saidOf(alert, words, values), ...(kind === "silent" ? [] : doubted)];
}

/** Of what happened, when it was told. */
function ageOf({ facts, createdAt }: ToldAlert): number {
  return Math.max(0, createdAt - (facts.lastHeardAt ?? facts.at));
}

type Values = Names & Readonly<Record<"at" | "age", string>> & Readonly<Record<string, string>>;

function saidOf(alert: ToldAlert, words: Words, values: Values): string[] {
  const { kind, facts } = alert;
  const heard = facts.lastHeardAt === undefined ? "" : words.time(facts.lastHeardAt);
  switch (kind) {
    case "left":
      return saidOfLeft(alert, words, values);
    case "came-back":
      return [
        words.say("came-back.text", values),
        ...(facts.isLate === true ? [words.say("came-back.late", values)] : []),
      ];
    case "outside-longer":
      return [
        words.say("outside-longer.text", { ...values, duration: words.duration(facts.longerThanS ?? 0) }),
      ];
    case "battery-low":
      return [
        words.say("battery-low.text", { ...values, percent: words.percent(facts.batteryPercent ?? 0) }),
      ];
    case "silent":
      return [
        words.say(facts.lastHeardAt === undefined ? "silent.never" : "silent.text", { ...values, heard }),
      ];
    case "heard-again":
      return [words.say("heard-again.text", { ...values, heard })];
    case "many":
      return [words.counted("many.text", facts.count ?? 1)];
    case "not-back-by":
    case "live-failed":
    case "found":
    case "shared":
    case "test":
    case "channel-failed":
      return [words.say(`${kind}.text`, values)];
  }
}

function saidOfLeft({ facts }: ToldAlert, words: Words, values: Values): string[] {
  const { backAt, count = 1, isLate, fromUnknown } = facts;
  const numbered = { ...values, count: words.number(count) };
  if (backAt !== undefined) {
    const back = words.time(backAt);
    return [words.say(count > 1 ? "was-out.many" : "was-out.text", { ...numbered, back })];
  }
  return [
    words.say(count > 1 ? "still-out.many" : "left.text", numbered),
    ...(fromUnknown === true ? [words.say("left.unknown")] : []),
    ...(isLate === true ? [words.say("left.late", values)] : []),
  ];
}
