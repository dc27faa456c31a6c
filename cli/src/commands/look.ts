import type { Time } from "@purrimeter/service/time";
import { Command } from "commander";
import { readFileSync } from "node:fs";
import { readDemoFile } from "../scenarios/demo-account.ts";
import { failed, isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { ApiProblem, ApiUnreachable, OwnerApi, type ListedGeofence } from "../scenarios/owner-api.ts";
import { dataOption, examples, jsonOption } from "../terminal/options.ts";

interface Seen {
  readonly tag: string;
  readonly name: string;
  readonly battery: number | null;
  readonly at: string | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly accuracyM: number | null;
  /** The newest events, oldest first. */
  readonly events: readonly { at: string; to: string; geofence: { name: string } | null }[];
  /** What is wrong with its geofences. */
  readonly warnings: readonly { geofence: string | null; message: string }[];
}

const EVENTS = 1_000;
const SHOWN_EVENTS = 3;

/** `purrimeter look`. */
export function lookCommand(time: Time): Command {
  return new Command("look")
    .description("show where the demo's cats are, as their owner sees them through the API")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("look", "look --json | jq"))
    .action(async ({ data, json }: { data: string; json?: true }) => {
      const seen = await look(data, time);
      if (isFailure(seen)) reportFailure(seen);
      else if (json === true) for (const cat of seen) console.log(JSON.stringify(cat));
      else print(seen);
    });
}

async function look(data: string, time: Time): Promise<Seen[] | Failure> {
  const demo = readDemoFile(data);
  if (demo === undefined)
    return failed(`${data} holds no demo.json; "purrimeter demo" writes it when it is ready`);
  const owner = new OwnerApi(demo.api, readFileSync(demo.ca, "utf8"), time);
  try {
    await owner.enter(demo);
    const tags = await owner.tags();
    const geofences = await owner.geofences();
    return await Promise.all(tags.map(({ id }) => see(owner, id, geofences)));
  } catch (error) {
    if (error instanceof ApiProblem) return failed(error.message);
    if (error instanceof ApiUnreachable) return failed(`${error.message}; is the demo running?`);
    throw error;
  } finally {
    owner.close();
  }
}

function warningsOf(tag: string, geofences: readonly ListedGeofence[]): Seen["warnings"] {
  return geofences.flatMap(({ name, warnings = [] }) =>
    warnings.filter(({ tagId }) => tagId === tag).map(({ message }) => ({ geofence: name, message })),
  );
}

async function see(owner: OwnerApi, tag: string, geofences: readonly ListedGeofence[]): Promise<Seen> {
  const path = `/v1/tags/${tag}`;
  const { name, battery } = (await owner.call("GET", path)) as Pick<Seen, "name" | "battery">;
  const latest = await owner.call("GET", `${path}/locations/latest`).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 404)
      return { at: null, lat: null, lon: null, accuracyM: null };
    throw error;
  });
  const { at, lat, lon, accuracyM } = latest as Pick<Seen, "at" | "lat" | "lon" | "accuracyM">;
  const { items } = (await owner.call("GET", `${path}/events?limit=${EVENTS}`)) as { items: Seen["events"] };
  return { tag, name, battery, at, lat, lon, accuracyM, events: items, warnings: warningsOf(tag, geofences) };
}

function print(seen: readonly Seen[]): void {
  console.table(
    seen.map(({ tag, name, battery, at, lat, lon, accuracyM }) => ({
      tag,
      name,
      battery,
      at,
      lat,
      lon,
      accuracyM,
    })),
  );
  for (const { name, events, warnings } of seen) {
    for (const { geofence, message } of warnings)
      console.log(`${name}: geofence ${geofence ?? "without a readable name"}: ${message}`);
    for (const { at, to, geofence } of events.slice(-SHOWN_EVENTS))
      console.log(`${at}  ${name} is ${to} ${geofence?.name ?? "a geofence that is gone"}`);
  }
}
