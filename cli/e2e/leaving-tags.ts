import { issueTag } from "@purrimeter/certs/issue-tag";
import { unrefused } from "@purrimeter/certs/refusal";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { readFileSync } from "node:fs";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { ENDPOINTS, type AlertHousehold, type Told } from "./alert-household.ts";
import { acknowledged, joinTag, nowS, reportOf } from "./attack/mqtt.ts";
import { must } from "./attack/must.ts";
import type { TagIdentity } from "./attack/target.ts";

const HOME = { lat: 47.5, lon: 8.5 };
const METRES_PER_DEGREE = 111_195;

/** Services that run, and an owner who is logged in. */
type Household = Pick<AlertHousehold, "owner" | "services">;

/** Registers tags, claims them and draws a zone round the home of each. */
export async function addTags(
  { services, owner }: Household,
  count: number,
): Promise<readonly TagIdentity[]> {
  const ids = Array.from({ length: count }, (_, index) => `cat-${index}`);
  await withRegistry(services.files, systemTime, async (registry) => {
    for (const id of ids) {
      const code = createClaimCode();
      await registry.register(id as TagId, code, nowS() as UnixSeconds);
      await owner.claim(code, nameOf(id));
    }
    return {};
  });
  const tags: TagIdentity[] = [];
  for (const id of ids) {
    await owner.drawCircle(id, "Garden", [HOME.lon, HOME.lat], 75);
    const issued = unrefused(await issueTag(services.files.authority, id, { now: new Date() }));
    tags.push({ id, cert: readFileSync(issued.chain, "utf8"), key: readFileSync(issued.key, "utf8") });
  }
  return tags;
}

/** The tag says what it decided: it was inside, and is outside. Resolves when that is stored. */
export async function leave({ services, owner }: Household, tag: TagIdentity): Promise<void> {
  const { settings } = (await owner.call("GET", `/v1/tags/${tag.id}`)) as { settings: { wanted: number } };
  const ca = readFileSync(services.files.authority.root, "utf8");
  const raw = await joinTag({ port: services.portOf("bridge"), ca }, tag);
  const at = nowS();
  const fix = (ago: number, northM: number): object => ({
    ...{ kind: "fix", at: at - ago, lonE7: HOME.lon * 1e7, accuracyDm: 30 },
    latE7: Math.round((HOME.lat + northM / METRES_PER_DEGREE) * 1e7),
  });
  const transition = { kind: "transition", at, geofence: 0, settingsVersion: settings.wanted };
  const sides = { from: "inside", to: "outside", lastKnown: "inside", evidenceFrom: 2 };
  const report = reportOf(1, [fix(120, 0), fix(60, 200), fix(0, 260), { ...transition, ...sides }]);
  const ack = await acknowledged(raw, tag.id, report);
  raw.socket.destroy();
  must(ack.kind === "stored" && ack.through === 4, `the report was not stored: ${JSON.stringify(ack)}`);
}

/** What was told of a tag so far, by all endpoints. */
export function toldOf(household: AlertHousehold, { id }: TagIdentity): readonly Told[] {
  const names = (text: string): boolean =>
    text.includes(`"${id}"`) || [...text.matchAll(/Mimi \d+/gu)].some(([name]) => name === nameOf(id));
  return household.told().filter(({ text }) => names(text));
}

/** Whether every endpoint has had a message of the tag. */
export function isTold(household: AlertHousehold, tag: TagIdentity): boolean {
  return new Set(toldOf(household, tag).map(({ at }) => at)).size === ENDPOINTS.length;
}

function nameOf(id: string): string {
  return `Mimi ${id.slice("cat-".length)}`;
}
