import { describe, expect, it } from "vitest";
import type { Answer, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { useTwoOwners } from "../testing/two-owners.ts";

const DAY_S = 86_400;

const given = useTwoOwners();

const post = (path: string, { token }: TestOwner, body?: object): Promise<Answer> =>
  given.api.ask(path, { method: "POST", token, ...(body && { body }) });

const offer = async (): Promise<string> =>
  (await post(`/v1/tags/${given.tag}/transfer`, given.mia)).body.code;

const accept = (code: string, who = given.tom): Promise<Answer> =>
  post("/v1/transfers/accept", who, { code });

const confirm = (checkNumber: string, who = given.mia): Promise<Answer> =>
  post(`/v1/tags/${given.tag}/transfer/confirm`, who, { checkNumber });

const locations = ({ token }: TestOwner): Promise<Answer> =>
  given.api.ask(`/v1/tags/${given.tag}/locations?from=2000-01-01T00:00:00Z`, { token });

describe("a transfer", () => {
  it("needs both, and then a new ownership starts: neither sees the other's time", async () => {
    await record(given.api.store, given.tag, [fixAt(NOW_S - 60, 1)]);
    const { checkNumber } = (await accept(await offer())).body;
    expect(checkNumber).toMatch(/^\d{6}$/);
    expect((await locations(given.tom)).status).toBe(404);
    expect((await locations(given.mia)).body.items).toHaveLength(1);
    expect((await confirm(checkNumber)).status).toBe(204);
    await record(given.api.store, given.tag, [fixAt(NOW_S, 7)], { first: 2 });
    expect((await locations(given.mia)).status).toBe(404);
    const { items } = (await locations(given.tom)).body;
    expect(items).toMatchObject([{ lat: 1.0000007 }]);
    expect((await given.api.ask(`/v1/tags/${given.tag}`, { token: given.tom.token })).body.name).not.toBe(
      "Mimi",
    );
  });

  it("is not confirmed before it is accepted, nor by the recipient, nor with another number", async () => {
    const code = await offer();
    expect((await confirm("000000")).status).toBe(409);
    const { checkNumber } = (await accept(code)).body;
    const other = checkNumber === "000000" ? "000001" : "000000";
    expect((await confirm(other)).status).toBe(409);
    expect((await confirm(checkNumber, given.tom)).status).toBe(404);
    expect((await locations(given.mia)).status).toBe(200);
  });

  it("is accepted once, by another account, within three days", async () => {
    given.api.nowS = NOW_S - 3 * DAY_S - 1;
    const late = await offer();
    given.api.nowS = NOW_S;
    expect((await accept(late)).status).toBe(400);
    const code = await offer();
    expect((await accept(code, given.mia)).status).toBe(400);
    expect((await accept("AAAA-AAAA-AAAA-AAAA")).status).toBe(400);
    expect((await accept(code)).status).toBe(200);
    expect((await accept(code, await given.api.owner())).status).toBe(400);
  });

  it("that its owner takes back gives nothing away", async () => {
    const { checkNumber } = (await accept(await offer())).body;
    expect(
      (await given.api.ask(`/v1/tags/${given.tag}/transfer`, { method: "DELETE", token: given.mia.token }))
        .status,
    ).toBe(204);
    expect((await confirm(checkNumber)).status).toBe(404);
    expect((await locations(given.tom)).status).toBe(404);
  });
});
