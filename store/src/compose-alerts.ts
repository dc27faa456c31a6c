import type { Database } from "@purrimeter/database/open-database";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { AccountAlertsParts } from "./alerts/account-alerts.ts";
import { ChannelRows } from "./alerts/channel-rows.ts";
import { DeliveryRows } from "./alerts/delivery-rows.ts";
import { OwnedAlerts } from "./alerts/owned-alerts.ts";
import { OwnedChannels } from "./alerts/owned-channels.ts";
import { OwnedRules } from "./alerts/owned-rules.ts";
import { PreferenceRows } from "./alerts/preference-rows.ts";
import { RuleRows } from "./alerts/rule-rows.ts";
import { sendTestAlert } from "./alerts/send-test-alert.ts";
import type { StoreTrail } from "./audit/store-trail.ts";
import type { OwnerId } from "./reading/owner-id.ts";
import type { OwnerKeys } from "./sealing/owner-keys.ts";

/** What alerts are kept with. */
export interface AlertsParts {
  readonly database: Database;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
}

/** What is told to accounts: gives the parts of AccountAlerts of an account. */
export function composeAlerts(parts: AlertsParts): (account: OwnerId) => AccountAlertsParts {
  const { database, keys, writes, trail } = parts;
  const channelRows = new ChannelRows(database, keys);
  const deliveries = new DeliveryRows(database);
  const common = { preferences: new PreferenceRows(database), writes, trail };
  const alerts = new OwnedAlerts(parts);
  const rules = new OwnedRules({ ...parts, rows: new RuleRows(database, keys) });
  const channels = new OwnedChannels({ ...parts, rows: channelRows, deliveries });
  const sendTest: AccountAlertsParts["sendTest"] = (account, channel) =>
    sendTestAlert({ ...parts, channels: channelRows, deliveries }, account, channel);
  return (account) => ({ ...common, account, alerts, rules, channels, sendTest });
}
