import { describeBatteryContract } from "./battery.contract.ts";
import { describeCommandAnswerContract } from "./command-answers.contract.ts";
import { describeCommandsContract } from "./commands.contract.ts";
import { describeDetectionContract } from "./detection.contract.ts";
import { describeEventContract } from "./events.contract.ts";
import { describeForeignIdContract } from "./foreign-ids.contract.ts";
import { describeFoundContract } from "./finder-reports.contract.ts";
import { describeGivenCommandsContract } from "./given-commands.contract.ts";
import { describeViewerCommandsContract } from "./viewer-commands.contract.ts";
import { describeGeofenceContract } from "./geofences.contract.ts";
import { describeHistoryContract } from "./history.contract.ts";
import { describeLiveContract } from "./live.contract.ts";
import { describeLocationContract } from "./locations.contract.ts";
import { describeFormerOwnerContract } from "./former-owner.contract.ts";
import { describeLostModeContract } from "./lost-mode.contract.ts";
import { describeOwnershipContract } from "./ownership.contract.ts";
import { describeRecordingContract } from "./recording.contract.ts";
import { describeRetentionChoiceContract } from "./retention-choice.contract.ts";
import { describeRetentionContract } from "./retention.contract.ts";
import { describeSharingContract } from "./sharing.contract.ts";
import type { StoreHarness } from "./store-harness.ts";
import { describeTransferContract } from "./transfers.contract.ts";
import { describeWrongClockContract } from "./wrong-clock.contract.ts";

/** What every store must do, whatever engine keeps the rows: each case has a store of its own. */
export function describeLocationStoreContract(name: string, make: () => Promise<StoreHarness>): void {
  describeRecordingContract(name, make);
  describeBatteryContract(name, make);
  describeCommandAnswerContract(name, make);
  describeCommandsContract(name, make);
  describeGivenCommandsContract(name, make);
  describeViewerCommandsContract(name, make);
  describeDetectionContract(name, make);
  describeLocationContract(name, make);
  describeHistoryContract(name, make);
  describeEventContract(name, make);
  describeLostModeContract(name, make);
  describeOwnershipContract(name, make);
  describeFormerOwnerContract(name, make);
  describeGeofenceContract(name, make);
  describeRetentionContract(name, make);
  describeRetentionChoiceContract(name, make);
  describeSharingContract(name, make);
  describeTransferContract(name, make);
  describeWrongClockContract(name, make);
  describeFoundContract(name, make);
  describeForeignIdContract(name, make);
  describeLiveContract(name, make);
}
