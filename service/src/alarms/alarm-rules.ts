import { ACCOUNT_RULES } from "./account-rules.ts";
import type { AlarmRule } from "./alarm-rule.ts";
import { INSTALLATION_RULES } from "./installation-rules.ts";
import { TAG_RULES } from "./tag-rules.ts";

/** All rules. Together they are above what 200 owners do in a week: a simulated one trips none of them. */
export const ALARM_RULES: readonly AlarmRule[] = [...ACCOUNT_RULES, ...TAG_RULES, ...INSTALLATION_RULES];
