import { writtenTime, type MailText } from "../mail/mail-texts.ts";
import type { ToldAlarm } from "./told-alarm.ts";

/** Alarms of one message; a flood is counted. */
const MAX_TOLD = 20;

const WHERE =
  'The log of the process has more at the same time ("event":"security.alarm"). Accounts are named as in the audit trail: GET /v1/audit shows auditors what they did. Equal names of a network are one network. docs/operating.md says what each rule means and what to do.';

/** The message about alarms, as operators get it at once. */
export function alarmMail(alarms: readonly ToldAlarm[]): MailText {
  const [first] = alarms;
  const rules = [...new Set(alarms.map(({ rule }) => rule))];
  const subject = `Purrimeter security alarm: ${rules.slice(0, 3).join(", ")}${rules.length > 3 ? ", ..." : ""}`;
  const told = alarms.slice(0, MAX_TOLD).map(paragraphOf);
  const left = alarms.length - told.length;
  const rest = left > 0 ? [`And ${left} more; the log has them.`] : [];
  return { subject, text: `${[...told, ...rest, first === undefined ? "" : WHERE].join("\n\n")}\n` };
}

function paragraphOf({ at, rule, severity, process, says, more, ...by }: ToldAlarm): string {
  const who = [
    ...(by.tag === undefined || by.tag === "" ? [] : [`Tag: ${by.tag}`]),
    ...(by.account === undefined ? [] : [`Account: ${by.account}`]),
    ...(by.network === undefined ? [] : [`Network: ${by.network}`]),
    ...(more === 0 ? [] : [`More of the same kind: ${more}`]),
  ];
  return [`${writtenTime(at)}  ${severity}  ${rule}  (${process})`, says, ...who].join("\n");
}

/** What a day had. */
export interface Digest {
  /** Seconds of UTC, the end of the day. */
  readonly until: number;
  /** How often each rule tripped. */
  readonly counts: ReadonlyMap<string, number>;
  /** Newest signed checkpoint of each tree, as its file has it. */
  readonly checkpoints: readonly string[];
}

const DAY_S = 86_400;

const KEEP =
  'Keep this message: "purrimeter audit verify --checkpoint FILE" with these checkpoints in a file shows whether the audit trail was changed or put back since.';

/** The message that operators get each day, also when nothing happened: one that does not come is an alarm as well. */
export function digestMail({ until, counts, checkpoints }: Digest): MailText {
  const day = new Date((until - DAY_S) * 1_000).toISOString().slice(0, 10);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...counts].map(([rule, count]) => `${count}  ${rule}`);
  const alarms = total === 0 ? "No rule of security has tripped." : `Alarms:\n${lines.join("\n")}`;
  const trees =
    checkpoints.length === 0
      ? "The audit trail has no checkpoint yet."
      : `Newest checkpoints of the audit trail:\n\n${checkpoints.join("\n")}`;
  const subject = `Purrimeter on ${day}: ${total === 1 ? "1 alarm" : `${total} alarms`}`;
  return { subject, text: `${[alarms, trees, KEEP].join("\n\n")}\n` };
}
