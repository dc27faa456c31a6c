import type { Time } from "@purrimeter/service/time";
import { runFleet } from "@purrimeter/simulator/fleet";
import type { FleetProgress } from "@purrimeter/simulator/fleet-summary";
import { LeavesHome } from "@purrimeter/simulator/leaves-home";
import { planFleet, type PlannedTag } from "@purrimeter/simulator/plan-fleet";
import type { Track } from "@purrimeter/simulator/track";
import { readFileSync } from "node:fs";
import { newCredentials, readDemoFile, writeDemoFile, type DemoFile } from "./demo-account.ts";
import { receiveAlerts, type OnAlert } from "./demo-alerts.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { fleetTags } from "./fleet-tags.ts";
import { utcSeconds } from "../terminal/utc.ts";
import { withRegistry } from "../data-folder/open-registry.ts";
import { enterOwner } from "./enter-owner.ts";
import { ApiProblem, OwnerApi } from "./owner-api.ts";
import { provisionFleet } from "./provision-fleet.ts";
import type { RunningServices } from "../supervisor/start-services.ts";

/** Which cats the demo shows, and how fast they live their past. */
export interface DemoOptions {
  readonly tags: number;
  /** Recorded cats; invented ones when left out. */
  readonly tracks?: readonly Track[];
  /** Times as fast as real time until now is reached; Infinity = as fast as acknowledgements allow. */
  readonly speed: number;
  readonly time: Time;
  readonly onProgress: (progress: FleetProgress) => void;
  readonly onReady: (demo: DemoFile) => void;
  readonly onAlert: OnAlert;
  readonly signal: AbortSignal;
}

/** The same cats every time, so that a second demo in a folder goes on with the first one's. */
const SEED = 1;

/** How long before now the first cat leaves home: the tag decides on the way, and the alert is not old when it is told. Seconds. */
const LEFT_BEFORE_S = 300;

/** A first demo has a day to show. */
const FIRST_PAST_S = 86_400;

/** Fills running services with an owner and tags, and lets the tags live until `signal`. */
export async function runDemo(services: RunningServices, options: DemoOptions): Promise<Failure | undefined> {
  const { time } = options;
  const former = readDemoFile(services.files.folder);
  const credentials = former ?? newCredentials();
  const api = `https://localhost:${services.portOf("cloud-api")}`;
  const ca = services.files.authority.root;
  const owner = new OwnerApi(api, readFileSync(ca, "utf8"), time);
  try {
    const entered = await enterOwner(
      owner,
      services.files,
      { credentials, isNew: former === undefined },
      time,
    );
    if (isFailure(entered)) return entered;
    const planned = await planDemo(owner, options, former !== undefined);
    const provisioned = await withRegistry(services.files, time, async (registry) => {
      await provisionFleet(planned, registry, owner, time);
      return {};
    });
    if (isFailure(provisioned)) return provisioned;
    const receiver = await receiveAlerts(owner, services.files, options);
    if (isFailure(receiver)) return receiver;
    const mqtt = `mqtts://localhost:${services.portOf("bridge")}`;
    const tags = planned.map(({ tag }) => tag as string);
    const { email, password } = credentials;
    const demo = { api, ca, mqtt, email, password, tags, webhook: receiver.url };
    try {
      return await live(services, planned, options, demo);
    } finally {
      await receiver.close();
    }
  } catch (error) {
    if (error instanceof ApiProblem) return failed(error.message);
    throw error;
  } finally {
    owner.close();
  }
}

/** The first cat leaves home, so that there is something to tell. */
async function planDemo(owner: OwnerApi, options: DemoOptions, isAgain: boolean): Promise<PlannedTag[]> {
  const planned = await planCats(owner, options, isAgain);
  const leavesAt = utcSeconds(options.time) - LEFT_BEFORE_S;
  return planned.map((cat, i) =>
    i === 0 ? { ...cat, life: new LeavesHome(cat.life.startsAt, cat.home, leavesAt) } : cat,
  );
}

/** A demo that is run again has only the time since the last one to catch up with. */
async function planCats(owner: OwnerApi, options: DemoOptions, isAgain: boolean): Promise<PlannedTag[]> {
  const endsAt = utcSeconds(options.time);
  const heard = isAgain
    ? (await owner.tags()).map(({ lastHeardAt }) => Date.parse(lastHeardAt ?? "") / 1000)
    : [];
  const lastHeardAt = Math.max(0, ...heard.filter((at) => at > 0));
  const sinceS = Math.max(1, endsAt - Math.ceil(lastHeardAt));
  const { tags, tracks } = options;
  if (lastHeardAt > 0)
    return planFleet({ tags, ...(tracks && { tracks }), seed: SEED, endsAt, durationS: sinceS });
  return planFleet({ tags, seed: SEED, endsAt, ...(tracks ? { tracks } : { durationS: FIRST_PAST_S }) });
}

async function live(
  services: RunningServices,
  planned: readonly PlannedTag[],
  options: DemoOptions,
  demo: DemoFile,
): Promise<Failure | undefined> {
  const bridge = { host: "localhost", port: services.portOf("bridge"), authority: services.files.authority };
  const tags = await fleetTags(planned, bridge, options.time);
  if (isFailure(tags)) return tags;
  let isReady = false;
  const onProgress = (progress: FleetProgress): void => {
    options.onProgress(progress);
    if (isReady || !hasArrived(progress, options.speed)) return;
    isReady = true;
    writeDemoFile(services.files.folder, demo);
    options.onReady(demo);
  };
  const endsAt = utcSeconds(options.time);
  await runFleet({
    tags,
    speed: options.speed,
    endsAt,
    keepsLiving: true,
    utcMs: () => options.time.utcMs(),
    monotonicMs: () => options.time.monotonicMs(),
    onProgress,
    signal: options.signal,
  });
  return undefined;
}

/** All tags have been heard; at full speed, with all of their past, which takes seconds. */
function hasArrived({ heard, caughtUp, tags }: FleetProgress, speed: number): boolean {
  return speed === Infinity ? caughtUp === tags : heard === tags;
}
