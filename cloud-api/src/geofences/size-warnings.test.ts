import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

beforeAll(async () => {
  api = await makeTestApi();
});

beforeEach(async () => {
  owner = await api.owner();
  tag = await api.claimedTag(owner);
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** A tag's fixes of the last hour, a minute apart, that claim so much. */
async function recordFixes(claimM: number, count = 50): Promise<void> {
  const fixes = Array.from({ length: count }, (_, i) => ({
    ...fixAt(NOW_S - 3_600 + i * 60),
    accuracyDm: claimM * 10,
  }));
  await record(api.store, tag, fixes);
}

async function draw(radiusM: number, token = owner.token, tagIds: readonly TagId[] = [tag]): Promise<Answer> {
  const shape = { type: "Circle", center: [-30, 1], radiusM };
  const body = { name: "Garden", tagIds, shape };
  const answer = await api.ask("/v1/geofences", { method: "POST", body, token });
  expect(answer.status).toBe(201);
  return answer;
}

const read = (id: string, token = owner.token): Promise<Answer> => api.ask(`/v1/geofences/${id}`, { token });

describe("a geofence that is too small for its tag's receiver", () => {
  it("is taken, with a warning by the tag's own fixes when it is made, read, listed and replaced", async () => {
    await recordFixes(6);
    const made = await draw(10);
    const [warning] = made.body.warnings;
    if (warning === undefined) throw new Error("there is no warning");
    expect(warning).toMatchObject({
      kind: "too-small-for-receiver",
      tagId: tag,
      depthM: 10,
      fixes: 50,
      claimMedianM: 6,
      claimP90M: 6,
      intervalS: 60,
    });
    expect(warning.noSideShare + warning.wrongSideShare).toBeGreaterThan(0.1);
    expect(warning.message).toContain("this tag's receiver (it claims 6 m)");
    expect((await read(made.body.id)).body).toEqual(made.body);
    expect((await api.ask("/v1/geofences", { token: owner.token })).body.items).toEqual([made.body]);
    const body = { name: "Garden", tagIds: [tag], shape: { type: "Circle", center: [-30, 1], radiusM: 11 } };
    const headers = { "if-match": "*" };
    const replaced = await api.ask(`/v1/geofences/${made.body.id}`, {
      ...{ method: "PUT", body, headers, token: owner.token },
    });
    expect(replaced.body.warnings).toMatchObject([{ tagId: tag, depthM: 11, fixes: 50 }]);
  });

  it("has no warning when it is large enough", async () => {
    await recordFixes(4);
    expect((await draw(75)).body).not.toHaveProperty("warnings");
  });

  it("may be too small for one receiver and not for another", async () => {
    await recordFixes(40);
    expect((await draw(75)).body.warnings).toMatchObject([{ tagId: tag, claimMedianM: 40 }]);
    const other = await api.claimedTag(owner);
    expect((await draw(75, owner.token, [tag, other])).body.warnings).toMatchObject([{ tagId: tag }]);
  });

  it("is judged by a usual receiver while the tag has sent too little", async () => {
    expect((await draw(15)).body.warnings).toMatchObject([{ tagId: tag, fixes: 0 }]);
    await recordFixes(30, 5);
    expect((await draw(15)).body.warnings).toMatchObject([{ tagId: tag, fixes: 0 }]);
  });

  it("is a polygon's largest circle", async () => {
    const metre = 1 / 111_320;
    const [east, north] = [-30 + 200 * metre, 1 + 24 * metre];
    const ring = [[-30, 1], [east, 1], [east, north], [-30, north], [-30, 1]]; // prettier-ignore
    const body = { name: "Path", tagIds: [tag], shape: { type: "Polygon", coordinates: [ring] } };
    const { warnings } = (await api.ask("/v1/geofences", { method: "POST", body, token: owner.token })).body;
    expect(Math.abs((warnings[0]?.depthM ?? 0) - 12)).toBeLessThan(0.6);
  });
});

describe("what a tag's fixes claim", () => {
  it("is not told to a token that may not read locations", async () => {
    await recordFixes(40);
    const { id } = (await draw(15)).body;
    const scoped = (scope: string): Promise<TestOwner> => api.tokenOf(owner.id, ["owner"], scope);
    const geofencesOnly = await scoped("geofences:read geofences:write");
    expect((await read(id, geofencesOnly.token)).body.warnings).toMatchObject([{ fixes: 0 }]);
    expect((await draw(16, geofencesOnly.token)).body.warnings).toMatchObject([{ fixes: 0 }]);
    const both = await scoped("geofences:read locations:read");
    expect((await read(id, both.token)).body.warnings).toMatchObject([{ fixes: 50, claimMedianM: 40 }]);
  });

  it("is not told to other owners, viewers, or who owned the tag before", async () => {
    await recordFixes(40);
    const { id } = (await draw(15)).body;
    const stranger = await api.owner();
    const shared = await api.ask(`/v1/tags/${tag}/shares`, {
      ...{ method: "POST", body: { kind: "history" }, token: owner.token },
    });
    const accepted = await api.ask("/v1/shares/accept", {
      ...{ method: "POST", body: { code: shared.body.code }, token: stranger.token },
    });
    expect([200, 201]).toContain(accepted.status);
    expect((await read(id, stranger.token)).status).toBe(404);
    const body = { name: "x", tagIds: [tag], shape: { type: "Circle", center: [-30, 1], radiusM: 15 } };
    const drawn = await api.ask("/v1/geofences", { method: "POST", body, token: stranger.token });
    expect([drawn.status, drawn.text.includes("claim")]).toEqual([404, false]);
    expect((await api.ask(`/v1/tags/${tag}`, { method: "DELETE", token: owner.token })).status).toBe(204);
    expect((await read(id)).text).not.toContain('"fixes":50');
  });
});
