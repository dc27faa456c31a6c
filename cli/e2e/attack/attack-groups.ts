import { ALARM_ATTACKS } from "./alarm-attacks.ts";
import type { Attack } from "./attack.ts";
import { CERTIFICATE_ATTACKS } from "./certificate-attacks.ts";
import { CONNECTION_ATTACKS, WAITING_ATTACKS } from "./connection-attacks.ts";
import { AFTERWARDS, FOLDER_ATTACKS } from "./folder-attacks.ts";
import { GUESSING_ATTACKS } from "./guessing-attacks.ts";
import { LOGIN_ATTACKS } from "./login-attacks.ts";
import { QUOTA_ATTACKS } from "./quota-attacks.ts";
import { REQUEST_ATTACKS } from "./request-attacks.ts";
import { TAG_ATTACKS } from "./tag-attacks.ts";
import { TOKEN_ATTACKS } from "./token-attacks.ts";
import { TRAIL_ATTACKS } from "./trail-attacks.ts";

const alone = (attacks: readonly Attack[]): readonly (readonly Attack[])[] =>
  attacks.map((attack) => [attack]);

/** All attacks, in order. Those of a group run side by side: they wait for deadlines or commits, and use tags of their own. */
export const ATTACK_GROUPS: readonly (readonly Attack[])[] = [
  ...alone([
    ...TOKEN_ATTACKS,
    ...REQUEST_ATTACKS,
    ...TRAIL_ATTACKS,
    ...LOGIN_ATTACKS,
    ...GUESSING_ATTACKS,
    ...TAG_ATTACKS,
    ...ALARM_ATTACKS,
  ]),
  QUOTA_ATTACKS,
  ...alone(FOLDER_ATTACKS),
  ...alone(CONNECTION_ATTACKS),
  [...WAITING_ATTACKS, ...CERTIFICATE_ATTACKS],
  ...alone(AFTERWARDS),
];
