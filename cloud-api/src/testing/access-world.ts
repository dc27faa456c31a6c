import type { TagId } from "@purrimeter/protocol/values";
import { makeAlertThings, type AlertIds } from "./alert-uses.ts";
import type { Answer, TestApi, TestOwner } from "./test-api.ts";
import { NOW_S } from "./test-keys.ts";
import { fixAt, record } from "./test-reports.ts";

/** An owner with a tag that was somewhere, a geofence, viewers, an offer that was accepted, an alert, a rule and a channel. */
export interface World extends AlertIds {
  readonly owner: TestOwner;
  readonly tag: TagId;
  readonly geofence: string;
  readonly liveViewer: TestOwner;
  readonly historyViewer: TestOwner;
  readonly formerViewer: TestOwner;
  readonly liveShare: string;
  readonly checkNumber: string;
}

export const SHAPE = { type: "Circle", center: [-30, 1], radiusM: 75 };

/** The answer to a request that succeeds. */
export async function done(
  api: TestApi,
  path: string,
  { token }: TestOwner,
  body?: unknown,
): Promise<Answer> {
  const answer = await api.ask(path, { method: "POST", token, ...(body !== undefined && { body }) });
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  return answer;
}

/** The code of an invitation. */
export async function invitation(api: TestApi, owner: TestOwner, tag: TagId, kind: string): Promise<string> {
  return (await done(api, `/v1/tags/${tag}/shares`, owner, { kind })).body.code;
}

/** A new one. */
export async function makeWorld(api: TestApi): Promise<World> {
  const owner = await api.owner();
  const tag = await api.claimedTag(owner);
  const geofence = (await done(api, "/v1/geofences", owner, { name: "Home", tagIds: [tag], shape: SHAPE }))
    .body.id;
  const viewing = async (kind: string): Promise<[TestOwner, string]> => {
    const viewer = await api.owner();
    const { body } = await done(api, "/v1/shares/accept", viewer, {
      code: await invitation(api, owner, tag, kind),
    });
    return [viewer, body.id];
  };
  const [liveViewer, liveShare] = await viewing("live");
  const [historyViewer] = await viewing("history");
  const [formerViewer, former] = await viewing("history");
  await api.ask(`/v1/tags/${tag}/shares/${former}`, { method: "DELETE", token: owner.token });
  await record(api.store, tag, [fixAt(NOW_S + 1)]);
  const code = (await done(api, `/v1/tags/${tag}/transfer`, owner)).body.code;
  const { checkNumber } = (await done(api, "/v1/transfers/accept", await api.owner(), { code })).body;
  const alerts = await makeAlertThings(api, owner);
  return { owner, tag, geofence, liveViewer, historyViewer, formerViewer, liveShare, checkNumber, ...alerts };
}
