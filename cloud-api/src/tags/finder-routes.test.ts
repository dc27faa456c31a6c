import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { FOUND_TAG_RATE } from "../make-parts.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;
let code: string;
const clock = { nowMs: 0 };

beforeAll(async () => {
  const finderRates = new RateLimiter({ burst: 4, perSecond: 1 / 60 }, () => clock.nowMs);
  api = await makeTestApi({ finderRates });
  owner = await api.owner();
  tag = await api.claimedTag(owner, "Schnurrli");
  code = await api.store.registry.printedCode(tag);
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const later = (): void => void (clock.nowMs += 3_600_000);
const report = (body: unknown, name = code) => api.ask(`/v1/found/${name}`, { method: "POST", body });

describe("a found tag", () => {
  it("says that it is a cat's and nothing of its owner, claimed or not", async () => {
    later();
    const claimed = await api.ask(`/v1/found/${code.toLowerCase()}`);
    expect([claimed.status, claimed.body]).toEqual([
      200,
      { kind: "cat-tag", message: "This is the tag of a cat." },
    ]);
    await api.store.registry.register(
      "cat-free" as TagId,
      "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE",
      api.nowS as never,
    );
    const free = await api.ask(`/v1/found/${await api.store.registry.printedCode("cat-free" as TagId)}`);
    expect(free.text).toBe(claimed.text);
    expect((await api.ask("/v1/found/00000-00000")).status).toBe(404);
    expect((await api.ask(`/v1/found/${tag}`)).status).toBe(404);
  });

  it("takes a report to its owner, with what the finder wrote and nothing else of them", async () => {
    later();
    const written = { message: "On our porch <b>", contact: "+49 30 1", place: { lat: -1.5, lon: 180 } };
    const sent = await report(written);
    expect([sent.status, sent.text]).toEqual([204, ""]);
    const { body } = await api.ask(`/v1/tags/${tag}/found`, { token: owner.token });
    expect(body.items).toEqual([
      { id: "0000000000000001", at: "2026-03-01T12:00:00Z", ...written, place: { lat: -1.5, lon: -180 } },
    ]);
  });

  it.each([
    {},
    { message: "" },
    { message: "x".repeat(501) },
    { message: "x", contact: "x".repeat(201) },
    { message: "x", place: { lat: 91, lon: 0 } },
    { message: "x", place: { lat: 0 } },
    { message: "x", at: "2026-01-01T00:00:00Z" },
  ])("takes no report like %j", async (body) => {
    later();
    expect((await report(body)).status).toBe(400);
  });

  it("is asked and told of only so often, by an address and of a tag", async () => {
    later();
    const statuses = async (ask: () => Promise<{ status: number }>) => {
      const seen: number[] = [];
      for (let i = 0; i < 5; i++) seen.push((await ask()).status);
      return seen;
    };
    expect(await statuses(() => api.ask("/v1/found/00000-00000"))).toEqual([404, 404, 404, 404, 429]);
    expect(await statuses(() => report({ message: "x" }))).toEqual([204, 204, 204, 204, 429]);
    clock.nowMs += 60_000;
    expect((await report({ message: "x" })).status).toBe(204);
  });

  it("reaches its owner while forty others write for no reason, from one address or one network only so often", async () => {
    const plenty = new RateLimiter({ burst: 1_000, perSecond: 1 }, () => clock.nowMs);
    const finderTagRates = new RateLimiter(FOUND_TAG_RATE, () => clock.nowMs);
    api.use({ finderRates: plenty, finderTagRates });
    const from = async (peer: string, message: string): Promise<number> => {
      api.peer = peer;
      const { status } = await report({ message });
      api.peer = undefined;
      return status;
    };
    for (let i = 0; i < 5; i++)
      for (let spammer = 1; spammer <= 40; spammer++)
        expect(await from(`203.0.113.${spammer}`, "spam")).toBe(i < 3 ? 204 : 429);
    expect(await from("198.51.100.7", "On our porch")).toBe(204);
    const { body } = await api.ask(`/v1/tags/${tag}/found`, { token: owner.token });
    expect(body.items.at(-1)).toMatchObject({ message: "On our porch" });
    for (const host of ["1", "2", "3"]) expect(await from(`2001:db8::${host}`, "x")).toBe(204);
    expect(await from("2001:db8::4", "x"), "the same /64").toBe(429);
    expect(await from("2001:db8:0:1::4", "x")).toBe(204);
  });
});
