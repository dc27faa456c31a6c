import {
  describeAlertDeliveryContract,
  describeAlertRecipientContract,
} from "./alert-deliveries.contract.ts";
import { describeAlertViewerContract } from "./alert-viewers.contract.ts";
import { describeAlertWorkContract } from "./alert-work.contract.ts";
import { describeAlertsViewContract } from "./alerts-view.contract.ts";
import { describeReadAlertsContract } from "./read-alerts.contract.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";
import { describeTriedChannelContract } from "./tried-channels.contract.ts";

const make = () => Promise.resolve(openSqliteHarness());

describeAlertsViewContract("SQLite", make);
describeReadAlertsContract("SQLite", make);
describeAlertWorkContract("SQLite", make);
describeAlertDeliveryContract("SQLite", make);
describeAlertRecipientContract("SQLite", make);
describeTriedChannelContract("SQLite", make);
describeAlertViewerContract("SQLite", make);
