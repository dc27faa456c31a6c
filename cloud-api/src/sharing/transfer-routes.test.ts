import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

const DAY_S = 86_400;

let api: TestApi;
let mia: TestOwner;
let tom: TestOwner;
let tag: TagId;

beforeEach(async () => {
  api = await makeTestApi();
  [mia, tom] = [await api.owner(), await api.owner()];
  tag = await api.claimedTag(mia);
});

afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const post = (path: string, { token }: TestOwner, body?: object): Promise<Answer> =>
  api.ask(path, { method: "POST", token, ...(body && { body }) });

const offer = async (): Promise<string> => (await post(`/v1/tags/${tag}/transfer`, mia)).body.code;

const accept = (code: string, who = tom): Promise<Answer> => post("/v1/transfers/accept", who, { code });

const confirm = (checkNumber: string, who = mia): Promise<Answer> =>
  post(`/v1/tags/${tag}/transfer/confirm`, who, { checkNumber });

const locations = ({ token }: TestOwner): Promise<Answer> =>
  api.ask(`/v1/tags/${tag}/locations?from=2000-01-01T00:00:00Z`, { token });

describe("a transfer", () => {
  it("needs both, and then a new ownership starts: neither sees the other's time", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60, 1)]);
    const { checkNumber } = (await accept(await offer())).body;
    expect(checkNumber).toMatch(/^\d{6}$/);
    expect((await locations(tom)).status).toBe(404);
    expect((await locations(mia)).body.items).toHaveLength(1);
    expect((await confirm(checkNumber)).status).toBe(204);
    await record(api.store, tag, [fixAt(NOW_S, 7)], { first: 2 });
    expect((await locations(mia)).status).toBe(404);
    const { items } = (await locations(tom)).body;
    expect(items).toMatchObject([{ lat: 1.0000007 }]);
    expect((await api.ask(`/v1/tags/${tag}`, { token: tom.token })).body.name).not.toBe("Mimi");
  });

  it("is not confirmed before it is accepted, nor by the recipient, nor with another number", async () => {
    const code = await offer();
    expect((await confirm("000000")).status).toBe(409);
    const { checkNumber } = (await accept(code)).body;
    const other = checkNumber === "000000" ? "000001" : "000000";
    expect((await confirm(other)).status).toBe(409);
    expect((await confirm(checkNumber, tom)).status).toBe(404);
    expect((await locations(mia)).status).toBe(200);
  });

  it("is accepted once, by another account, within three days", async () => {
    api.nowS = NOW_S - 3 * DAY_S - 1;
    const late = await offer();
    api.nowS = NOW_S;
    expect((await accept(late)).status).toBe(400);
    const code = await offer();
    expect((await accept(code, mia)).status).toBe(400);
    expect((await accept("AAAA-AAAA-AAAA-AAAA")).status).toBe(400);
    expect((await accept(code)).status).toBe(200);
    expect((await accept(code, await api.owner())).status).toBe(400);
  });

  it("that its owner takes back gives nothing away", async () => {
    const { checkNumber } = (await accept(await offer())).body;
    expect((await api.ask(`/v1/tags/${tag}/transfer`, { method: "DELETE", token: mia.token })).status).toBe(
      204,
    );
    expect((await confirm(checkNumber)).status).toBe(404);
    expect((await locations(tom)).status).toBe(404);
  });
});
