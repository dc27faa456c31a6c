import type { AlarmLine } from "@purrimeter/service/alarm-line";
import { ALARM_RULES } from "@purrimeter/service/alarm-rules";

/** An alarm as operators are told of it. The account is its pseudonym in the audit trail. */
export type ToldAlarm = AlarmLine & {
  /** One sentence. */
  readonly says: string;
};

/** The alarm with the words of its rule. `account`: its pseudonym, if it has one. */
export function toldAlarm({ account: _account, ...line }: AlarmLine, account: string | undefined): ToldAlarm {
  const says = ALARM_RULES.find(({ name }) => name === line.rule)?.says ?? "A rule of security has tripped.";
  return { ...line, ...(account !== undefined && { account }), says };
}
