import type { Time } from "@purrimeter/service/time";
import { issuedFiles } from "@purrimeter/certs/authority-files";
import { MqttUplink, tagSecureContext } from "@purrimeter/device/mqtt-uplink";
import { keepDeviceLink } from "@purrimeter/ble-gateway/device-link";
import { openGateway } from "@purrimeter/ble-gateway/ble-gateway";
import { nodeCipher } from "@purrimeter/ble-gateway/node-cipher";
import { paced } from "@purrimeter/ble-gateway/paced-link";
import type { MakeUplink } from "@purrimeter/ble-gateway/paired-tag";
import type { Pairing } from "@purrimeter/ble-gateway/pairing";
import { listenForLinks, type SocketAddress } from "@purrimeter/ble-gateway/socket-links";
import type { Log } from "@purrimeter/service/log";
import { MAX_UINT32, type TagId } from "@purrimeter/protocol/values";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Server } from "node:net";
import type { SecureContext } from "node:tls";
import type { DataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { readPairings } from "../data-folder/pairings.ts";

/** Where a gateway finds its tags and the bridge. */
export interface GatewayPlaces {
  readonly bridge: { readonly host: string; readonly port: number };
  readonly listen: readonly SocketAddress[];
  readonly devices: readonly string[];
}

/** A gateway that runs. */
export interface RunningGateway {
  readonly tags: readonly string[];
  /** Where it listens, in the order of `listen`. */
  readonly listening: readonly string[];
  stop(): Promise<void>;
}

/** Starts a gateway for all tags that are paired in the data folder. */
export async function runGateway(
  files: DataFiles,
  places: GatewayPlaces,
  log: Log,
  time: Time,
): Promise<RunningGateway | Failure> {
  const kept = readPairings(files);
  if (isFailure(kept)) return kept;
  if (kept.length === 0)
    return failed(`no tag is paired in ${files.folder}; "purrimeter ble-gateway pair" does`);
  const pairings = kept.map(({ pairing }) => pairing);
  const contexts = secureContexts(files, pairings);
  if (isFailure(contexts)) return contexts;
  const makeUplink: MakeUplink = (tag, firmware, listener) => {
    const secureContext = contexts.get(tag) as SecureContext;
    return new MqttUplink(
      { tag, firmware, ...places.bridge, secureContext, seed: randomInt(MAX_UINT32) },
      listener,
    );
  };
  const gateway = openGateway({ pairings, cipher: nodeCipher, makeUplink, log, time });
  const accept = paced(gateway.accept, time);
  const servers: Server[] = [];
  const devices = places.devices.map((path) =>
    keepDeviceLink(path, accept, (code) => log.warn("no device", { event: "device.trouble", code }), time),
  );
  const stop = async (): Promise<void> => {
    for (const device of devices) device.stop();
    gateway.close();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    for (const address of places.listen) servers.push(await listenForLinks(address, accept, time));
  } catch (error) {
    await stop();
    return failed(`the BLE gateway cannot listen (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
  return { tags: pairings.map(({ tag }) => tag), listening: servers.map(addressOf), stop };
}

function secureContexts(files: DataFiles, pairings: readonly Pairing[]): Map<TagId, SecureContext> | Failure {
  const contexts = new Map<TagId, SecureContext>();
  for (const { tag } of pairings) {
    const context = secureContextOf(files, tag);
    if (context === undefined) return failed(`certificate or key of ${tag} cannot be read; issue them again`);
    contexts.set(tag, context);
  }
  return contexts;
}

/** Undefined when what the files hold is no certificate or key; a file that is missing is thrown. */
function secureContextOf(files: DataFiles, tag: TagId): SecureContext | undefined {
  const { chain, authority } = issuedFiles(files.certs, "tags", tag);
  const [keyPem, chainPem, authorityPem] = [files.tagKey(tag), chain, authority].map((path) =>
    readFileSync(path, "utf8"),
  );
  try {
    return tagSecureContext(keyPem ?? "", chainPem ?? "", authorityPem ?? "");
  } catch {
    return undefined;
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") return address ?? "";
  return `${address.address}:${address.port}`;
}
