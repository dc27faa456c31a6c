import type { Names, ToldAlert } from "./told-alert.ts";
import type { Words } from "./words.ts";

/** The title, whatever its length. */
export function titleOf({ kind, facts }: ToldAlert, words: Words, names: Names): string {
  const values = {
    ...names,
    duration: words.duration(facts.longerThanS ?? 0),
    count: words.number(facts.count ?? 1),
  };
  if (kind === "many") return words.counted("many.title", facts.count ?? 1);
  return words.say(kind === "left" ? titleOfLeft(facts) : `${kind}.title`, values);
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

function saidOf(alert: ToldAlert, words: Words, given: Values): string[] {
  const { kind, facts } = alert;
  const values = {
    ...given,
    heard: facts.lastHeardAt === undefined ? "" : words.time(facts.lastHeardAt),
    duration: words.duration(facts.longerThanS ?? 0),
    percent: words.percent(facts.batteryPercent ?? 0),
  };
  if (kind === "left") return saidOfLeft(alert, words, given);
  if (kind === "many") return [words.counted("many.text", facts.count ?? 1)];
  if (kind === "silent" && facts.lastHeardAt === undefined) return [words.say("silent.never", values)];
  const late = kind === "came-back" && facts.isLate === true ? [words.say("came-back.late", values)] : [];
  return [words.say(`${kind}.text`, values), ...late];
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
    // The age is that of the first change, which is no delay of a later report.
    ...(isLate === true && count === 1 ? [words.say("left.late", values)] : []),
  ];
}
