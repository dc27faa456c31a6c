import { describe, expect, it } from "vitest";
import type { Answer, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { useNewOwners } from "../testing/new-owners.ts";

const given = useNewOwners();

const time = (atS: number): string => new Date(atS * 1_000).toISOString().replace(".000", "");

function mute(until: unknown, { token }: TestOwner = given.mia, tag: string = given.tag): Promise<Answer> {
  return given.api.ask(`/v1/tags/${tag}/mute`, { method: "POST", body: { until }, token });
}

async function mutedUntil({ token }: TestOwner = given.mia): Promise<unknown> {
  const { text } = await given.api.ask(`/v1/tags/${given.tag}/mute`, { token });
  return (JSON.parse(text) as { mutedUntil: unknown }).mutedUntil;
}

async function share(): Promise<string> {
  const path = `/v1/tags/${given.tag}/shares`;
  const invited = await given.api.ask(path, {
    method: "POST",
    body: { kind: "live" },
    token: given.mia.token,
  });
  const { code, share: made } = invited.body;
  await given.api.ask("/v1/shares/accept", { method: "POST", body: { code }, token: given.tom.token });
  return made.id;
}

describe("a tag", () => {
  it("is muted until a time, for ever, or no more", async () => {
    expect(await mutedUntil()).toBeNull();
    for (const until of [time(NOW_S + 60), "for-ever"]) {
      const { status, text } = await mute(until);
      expect([status, JSON.parse(text)]).toEqual([200, { mutedUntil: until }]);
      expect(await mutedUntil()).toBe(until);
    }
    expect((await mute(null)).status).toBe(200);
    expect(await mutedUntil()).toBeNull();
  });

  it("is no longer muted when the time is over", async () => {
    await mute(time(NOW_S + 60));
    given.api.nowS += 61;
    expect(await mutedUntil()).toBeNull();
  });

  it.each([undefined, "", "tomorrow", "forever", NOW_S + 60, true, time(NOW_S), time(0), [], {}])(
    "is not muted until %j",
    async (until) => {
      const { status, body } = await mute(until);
      expect([status, body.errors[0]?.field]).toEqual([400, "until"]);
      expect(await mutedUntil()).toBeNull();
    },
  );

  it("of somebody else and none answer the same", async () => {
    const answers = [await mute("for-ever", given.tom), await mute("for-ever", given.tom, "nobody")];
    for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]?.text]);
    const reads = [];
    for (const id of [given.tag, "nobody"])
      reads.push(await given.api.ask(`/v1/tags/${id}/mute`, { token: given.tom.token }));
    for (const { status, text } of reads) expect([status, text]).toEqual([404, reads[0]?.text]);
    expect(await mutedUntil()).toBeNull();
  });

  it("is muted for its viewer and its owner each by themselves, while the share lasts", async () => {
    const id = await share();
    expect((await mute("for-ever", given.tom)).status).toBe(200);
    expect([await mutedUntil(given.tom), await mutedUntil()]).toEqual(["for-ever", null]);
    const path = `/v1/tags/${given.tag}/shares/${id}`;
    expect((await given.api.ask(path, { method: "DELETE", token: given.mia.token })).status).toBe(204);
    expect((await mute(null, given.tom)).status).toBe(404);
  });
});
