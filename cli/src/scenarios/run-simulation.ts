import type { Time } from "@purrimeter/service/time";
import { runFleet, type FleetResult } from "@purrimeter/simulator/fleet";
import type { FleetProgress } from "@purrimeter/simulator/fleet-summary";
import { planFleet, type PlannedTag } from "@purrimeter/simulator/plan-fleet";
import type { Track } from "@purrimeter/simulator/track";
import { MAX_OWNER_GEOFENCES } from "@purrimeter/store/owned-geofences";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { overrideSettings } from "../configuration/override-settings.ts";
import { defaultSettings } from "../configuration/read-settings.ts";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { newCredentials, readDemoFile } from "./demo-account.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { fleetTags, type FleetBridge } from "./fleet-tags.ts";
import { writeToFiles } from "../terminal/line-log.ts";
import { utcSeconds } from "../terminal/utc.ts";
import { withRegistry } from "../data-folder/open-registry.ts";
import { enterOwner } from "./enter-owner.ts";
import { ApiProblem, OwnerApi, type Credentials } from "./owner-api.ts";
import { provisionFleet } from "./provision-fleet.ts";
import { SERVICE_NAMES } from "../services/service-registry.ts";
import { startServices } from "../supervisor/start-services.ts";

/** Which tags live, how, and where they report. */
export interface SimulationOptions {
  readonly tags?: number;
  /** Recorded cats; invented ones when left out. */
  readonly tracks?: readonly Track[];
  readonly seed: number;
  /** Times as fast as real time; Infinity = as fast as acknowledgements allow. */
  readonly speed: number;
  readonly durationS?: number;
  /** Whether the tags go on in real time until `signal`. */
  readonly keepsLiving: boolean;
  /** A bridge whose tags are known and claimed already. */
  readonly bridge?: FleetBridge;
  /** Folder of a running system; when left out, that of a demo in ./data if it runs, or else one of its own. */
  readonly data?: string;
  readonly time: Time;
  readonly onStage: (stage: string) => void;
  readonly onProgress: (progress: FleetProgress) => void;
  readonly signal: AbortSignal;
}

/** A running system and its owner. */
interface Target {
  readonly files: DataFiles;
  readonly api: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly owner: Credentials;
  readonly isNewOwner: boolean;
}

/** Tags that one owner claims, each with a geofence. */
interface Share {
  readonly owner: Credentials;
  readonly isNew: boolean;
  readonly tags: readonly PlannedTag[];
}

/** As many a demo's owner takes besides the demo's own. */
const FEW_TAGS = 100;

const DEFAULT_DATA = "data";

/** Simulated tags stand beside those of a demo in the same system. */
const PREFIX = "sim-";

/** Runs a fleet against a given bridge, a running system, or a whole system of its own. */
export async function runSimulation(options: SimulationOptions): Promise<FleetResult | Failure> {
  if (options.bridge !== undefined) return live(plan(options), options.bridge, options);
  const running = await runningSystem(options.data ?? DEFAULT_DATA, options.time);
  if (running !== undefined) return provisionAndLive(running, options);
  if (options.data !== undefined) {
    return failed(`no demo runs on ${options.data}; start one with "purrimeter demo --data ${options.data}"`);
  }
  return inOwnSystem(options);
}

function plan({ tags, tracks, seed, durationS, time }: SimulationOptions): PlannedTag[] {
  return planFleet({
    seed,
    prefix: PREFIX,
    endsAt: utcSeconds(time),
    ...(tags === undefined ? {} : { tags }),
    ...(tracks === undefined ? {} : { tracks }),
    ...(durationS === undefined ? {} : { durationS }),
  });
}

/** The system of the demo that ran on this folder, if it answers. */
async function runningSystem(data: string, time: Time): Promise<Target | undefined> {
  const demo = readDemoFile(data);
  if (demo === undefined) return undefined;
  const files = dataFiles(data);
  const { hostname, port } = new URL(demo.mqtt);
  const mqtt = { host: hostname, port: Number(port) };
  const owner = { email: demo.email, password: demo.password };
  const target = { files, api: demo.api, mqtt, owner, isNewOwner: false };
  return (await answers(target, time)) ? target : undefined;
}

async function answers({ files, api }: Target, time: Time): Promise<boolean> {
  const caller = new OwnerApi(api, await readFile(files.authority.root, "utf8"), time);
  try {
    await caller.call("GET", "/v1/health");
    return true;
  } catch (error) {
    return error instanceof ApiProblem;
  } finally {
    caller.close();
  }
}

/** Starts everything in a temporary folder, and takes it away again. */
async function inOwnSystem(options: SimulationOptions): Promise<FleetResult | Failure> {
  const folder = await mkdtemp(join(tmpdir(), "purrimeter-"));
  try {
    options.onStage("starting a system of its own, which ends with the simulation");
    const services = await startServices({
      data: join(folder, "data"),
      settings: overrideSettings(defaultSettings(SERVICE_NAMES), { port: 0, mqttPort: 0 }),
      time: options.time,
      writeLine: (files) => writeToFiles(files.log),
      onRestart: (service) => options.onStage(`${service} died and is started again`),
      rootKey: "discard",
      stopping: options.signal,
    });
    if (isFailure(services)) return services;
    const mqtt = { host: "localhost", port: services.portOf("bridge") };
    const api = `https://localhost:${services.portOf("cloud-api")}`;
    const target = { files: services.files, api, mqtt, owner: newCredentials(), isNewOwner: true };
    try {
      return await Promise.race([provisionAndLive(target, options), services.gaveUp]);
    } finally {
      await services.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function provisionAndLive(target: Target, options: SimulationOptions): Promise<FleetResult | Failure> {
  const planned = plan(options);
  options.onStage(`registering and claiming ${planned.length} tags`);
  const provisioned = await provision(target, planned, options.time);
  if (isFailure(provisioned)) return provisioned;
  return live(planned, { ...target.mqtt, authority: target.files.authority }, options);
}

/** Which owner claims which of the planned tags: the given owner, or new ones when there are too many tags for an account. */
function sharesOf(target: Target, planned: readonly PlannedTag[]): Share[] {
  if (planned.length <= FEW_TAGS) return [{ owner: target.owner, isNew: target.isNewOwner, tags: planned }];
  const count = Math.ceil(planned.length / MAX_OWNER_GEOFENCES);
  return Array.from({ length: count }, (_, i) => {
    const tags = planned.slice(i * MAX_OWNER_GEOFENCES, (i + 1) * MAX_OWNER_GEOFENCES);
    const { password } = newCredentials();
    return { owner: { email: `simulation-${randomUUID()}@purrimeter.example`, password }, isNew: true, tags };
  });
}

async function provision(
  target: Target,
  planned: readonly PlannedTag[],
  time: Time,
): Promise<Failure | object> {
  const caPem = await readFile(target.files.authority.root, "utf8");
  for (const share of sharesOf(target, planned)) {
    const outcome = await provisionShare(target, share, caPem, time);
    if (isFailure(outcome)) return outcome;
  }
  return {};
}

async function provisionShare(
  target: Target,
  share: Share,
  caPem: string,
  time: Time,
): Promise<Failure | object> {
  const owner = new OwnerApi(target.api, caPem, time);
  try {
    const who = { credentials: share.owner, isNew: share.isNew };
    const entered = await enterOwner(owner, target.files, who, time);
    if (isFailure(entered)) return entered;
    return await withRegistry(target.files, time, async (registry) => {
      await provisionFleet(share.tags, registry, owner, time);
      return {};
    });
  } catch (error) {
    if (error instanceof ApiProblem) return failed(error.message);
    throw error;
  } finally {
    owner.close();
  }
}

async function live(
  planned: readonly PlannedTag[],
  bridge: FleetBridge,
  { speed, keepsLiving, time, onStage, onProgress, signal }: SimulationOptions,
): Promise<FleetResult | Failure> {
  onStage(`issuing ${planned.length} certificates`);
  const tags = await fleetTags(planned, bridge, time);
  if (isFailure(tags)) return tags;
  onStage(`${planned.length} tags report to ${bridge.host}:${bridge.port}`);
  return runFleet({
    tags,
    speed,
    endsAt: utcSeconds(time),
    keepsLiving,
    utcMs: () => time.utcMs(),
    monotonicMs: () => time.monotonicMs(),
    onProgress,
    signal,
  });
}
