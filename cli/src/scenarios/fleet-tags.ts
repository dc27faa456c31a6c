import type { Time } from "@purrimeter/service/time";
import type { AuthorityFiles } from "@purrimeter/certs/authority-files";
import { issueFleet } from "@purrimeter/certs/issue-fleet";
import { MqttUplink, tagSecureContext } from "@purrimeter/device/mqtt-uplink";
import type { PlannedTag } from "@purrimeter/simulator/plan-fleet";
import type { SimulatedTagOptions } from "@purrimeter/simulator/simulated-tag";
import type { TagUplink } from "@purrimeter/simulator/uplink-maker";
import type { SecureContext } from "node:tls";
import { utcDate } from "../terminal/utc.ts";
import { orFailure } from "../data-folder/or-failure.ts";
import { isFailure, type Failure } from "../terminal/failure.ts";

/** Where simulated tags connect to, and who certifies them. */
export interface FleetBridge {
  readonly host: string;
  readonly port: number;
  readonly authority: AuthorityFiles;
}

const FIRMWARE = "simulated";

function contextsOf(
  fleet: Exclude<Awaited<ReturnType<typeof issueFleet>>, { refused: unknown }>,
): Map<string, SecureContext> {
  const { keyPem, authorityPem, members } = fleet;
  return new Map(members.map(({ tag, chainPem }) => [tag, tagSecureContext(keyPem, chainPem, authorityPem)]));
}

/** Gives planned tags certificates, all for one key pair, and an uplink over MQTT and mutual TLS. */
export async function fleetTags(
  planned: readonly PlannedTag[],
  { host, port, authority }: FleetBridge,
  time: Time,
): Promise<SimulatedTagOptions[] | Failure> {
  const names = planned.map(({ tag }) => tag);
  const fleet = orFailure(await issueFleet(authority, names, utcDate(time)));
  if (isFailure(fleet)) return fleet;
  const contexts = contextsOf(fleet);
  return planned.map((plan) => ({
    ...plan,
    makeUplink: (tag, listener): TagUplink => {
      const secureContext = contexts.get(tag) as SecureContext;
      const seed = plan.firmwareSeed;
      return new MqttUplink({ tag, firmware: FIRMWARE, host, port, secureContext, seed }, listener);
    },
  }));
}
