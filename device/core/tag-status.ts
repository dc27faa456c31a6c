import { WIRE_VERSION } from "@purrimeter/protocol/limits";
import type { Status } from "@purrimeter/protocol/messages";
import { DECISION_VERSION } from "./geofence/decide-side.ts";

/** What a tag that is connected says of itself: the settings that it runs, and those that it refused, as Status has them. */
export function statusOf(
  settingsVersion: number,
  firmware: string,
  refusedSettings: Status["refusedSettings"],
  isLost: boolean | undefined,
): Status {
  const versions = { wireVersion: WIRE_VERSION, decisionVersion: DECISION_VERSION };
  const status = { online: true, settingsVersion, firmware, ...versions, refusedSettings };
  return isLost === undefined ? status : { ...status, isLost };
}
