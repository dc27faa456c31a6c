import { describeAlertWorkContract } from "./alert-work.contract.ts";
import { describeAlertsViewContract } from "./alerts-view.contract.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";

const make = () => Promise.resolve(openSqliteHarness());

describeAlertsViewContract("SQLite", make);
describeAlertWorkContract("SQLite", make);
