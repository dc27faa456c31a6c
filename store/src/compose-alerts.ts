import type { Database } from "@purrimeter/database/open-database";
import { GroupWrite } from "@purrimeter/database/group-write";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import type { AccountAlertsParts } from "./alerts/account-alerts.ts";
import type { AlertWork } from "./alerts/alert-work.ts";
import { ChannelRows } from "./alerts/channel-rows.ts";
import { TaskConcluder } from "./alerts/conclude-task.ts";
import { DeliveryRows } from "./alerts/delivery-rows.ts";
import { prepareDeliveries } from "./alerts/delivery-statements.ts";
import { TaskFiller } from "./alerts/fill-task.ts";
import { DeliveryFinisher } from "./alerts/finish-delivery.ts";
import { TaskLeases } from "./alerts/lease-tasks.ts";
import { OwnedAlerts } from "./alerts/owned-alerts.ts";
import { OwnedChannels } from "./alerts/owned-channels.ts";
import { OwnedRules } from "./alerts/owned-rules.ts";
import { preparePutRight } from "./alerts/put-right.ts";
import { PreferenceRows } from "./alerts/preference-rows.ts";
import { RuleRows } from "./alerts/rule-rows.ts";
import { sendTestAlert } from "./alerts/send-test-alert.ts";
import { SqliteAlertWork } from "./alerts/sqlite-alert-work.ts";
import { DeliveryTaker } from "./alerts/take-deliveries.ts";
import { prepareTasks } from "./alerts/task-statements.ts";
import { Teller } from "./alerts/tell.ts";
import type { StoreTrail } from "./audit/store-trail.ts";
import type { OwnerId } from "./reading/owner-id.ts";
import type { LocationReader } from "./reading/read-locations.ts";
import type { KeyCache } from "./sealing/key-cache.ts";
import type { OwnerKeys } from "./sealing/owner-keys.ts";

/** What alerts are kept with. */
export interface AlertsParts {
  readonly database: Database;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly trail: StoreTrail;
  readonly now: () => UnixSeconds;
}

/** What the process `alerts` works with. */
export function composeAlertWork(
  parts: AlertsParts & {
    readonly cache: KeyCache;
    readonly locations: LocationReader;
  },
): AlertWork {
  const { database, keys, writes, trail, cache, locations } = parts;
  const [tasks, sent] = [prepareTasks(database), prepareDeliveries(database)];
  const [preferences, deliveries] = [new PreferenceRows(database), new DeliveryRows(database)];
  const teller = new Teller(database, keys);
  const rules = new RuleRows(database, keys);
  const grouped = new GroupWrite(database, writes, systemTime);
  return new SqliteAlertWork({
    ...{ tasks, sent, grouped },
    leases: new TaskLeases(tasks, grouped),
    filler: new TaskFiller({ statements: tasks, cache, keys, rules, preferences, locations }),
    concluder: new TaskConcluder({ statements: tasks, writes: grouped, keys, teller, deliveries }),
    taker: new DeliveryTaker({ statements: sent, grouped, cache, keys, preferences }),
    finisher: new DeliveryFinisher({ statements: sent, writes: grouped, keys, deliveries, teller, trail }),
    putRight: preparePutRight(database, writes),
  });
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
