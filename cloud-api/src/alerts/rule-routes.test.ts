import { describe, expect, it } from "vitest";
import type { Answer, TestOwner } from "../testing/test-api.ts";
import { useNewOwners } from "../testing/new-owners.ts";
import { provedChannel } from "../testing/test-alerts.ts";

const given = useNewOwners();

interface RuleBody {
  readonly id: string;
  readonly kind: string;
  readonly builtIn: boolean;
  readonly enabled: boolean;
}

function ask(
  method: string,
  path: string,
  body?: unknown,
  { token }: TestOwner = given.mia,
): Promise<Answer> {
  return given.api.ask(`/v1/alert-rules${path}`, { method, body, token });
}

async function rules(owner: TestOwner = given.mia): Promise<readonly RuleBody[]> {
  const { text } = await ask("GET", "", undefined, owner);
  return (JSON.parse(text) as { items: RuleBody[] }).items;
}

async function geofence(): Promise<string> {
  const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
  const body = { name: "Garden", tagIds: [given.tag], shape };
  return (await given.api.ask("/v1/geofences", { method: "POST", body, token: given.mia.token })).body.id;
}

const WINDOW = { weekdays: ["mon", "sun"], from: "22:00", to: "06:30" };

describe("rules", () => {
  it("hold without having been made, for each account by itself", async () => {
    const builtIn = [
      { id: "left", kind: "left", enabled: true },
      { id: "battery-low", kind: "battery-low", belowPercent: 20 },
      { id: "silent", kind: "silent", longerThanS: 86_400 },
    ];
    expect(await rules()).toMatchObject(builtIn.map((rule) => ({ ...rule, builtIn: true, changedAt: null })));
    const changed = await ask("PUT", "/silent", { kind: "silent", longerThanS: 7_200 });
    expect(changed.status).toBe(200);
    expect((await ask("DELETE", "/left")).status).toBe(204);
    expect(await rules()).toMatchObject([
      { id: "left", enabled: false },
      { id: "battery-low", enabled: true },
      { id: "silent", longerThanS: 7_200, builtIn: true },
    ]);
    expect((await rules(given.tom)).every(({ enabled }) => enabled)).toBe(true);
    expect(await rules(given.tom)).toMatchObject([{}, {}, { longerThanS: 86_400 }]);
    expect((await ask("PUT", "/left", { kind: "left" })).status).toBe(200);
    expect(await rules()).toMatchObject([{ id: "left", enabled: true }, {}, {}]);
  });

  it("come back as they were sent, in people's terms", async () => {
    const rule = {
      kind: "not-back-by",
      enabled: true,
      tags: [given.tag],
      geofences: [await geofence()],
      schedule: [WINDOW, { from: "00:00", to: "00:00" }],
      quiet: [{ from: "23:59", to: "00:00" }],
      byTime: "22:05",
      channels: ["mail"],
      tellsViewers: true,
    };
    const made = await ask("POST", "", rule);
    expect(made.status).toBe(201);
    expect(made.headers.get("location")).toBe(`/v1/alert-rules/${made.body.id}`);
    expect(JSON.parse(made.text)).toMatchObject({ ...rule, builtIn: false });
    expect((await rules()).at(-1)).toMatchObject(rule);
    const without = { kind: "not-back-by", byTime: "07:00" };
    expect((await ask("PUT", `/${made.body.id}`, without)).status).toBe(200);
    const last = (await rules()).at(-1);
    expect(last).toMatchObject({ ...without, tellsViewers: false });
    for (const field of ["tags", "geofences", "schedule", "quiet", "channels"])
      expect(last).not.toHaveProperty(field);
    expect((await ask("DELETE", `/${made.body.id}`)).status).toBe(204);
    expect(await rules()).toHaveLength(3);
  });

  it("keep their kind", async () => {
    const { body } = await ask("POST", "", { kind: "found" });
    for (const [path, kind] of [
      [`/${body.id}`, "shared"],
      ["/left", "came-back"],
    ]) {
      const answer = await ask("PUT", path ?? "", { kind });
      expect([answer.status, answer.body.errors[0]?.field]).toEqual([400, "kind"]);
    }
  });

  it.each([
    [{ kind: "left", byTime: "22:00" }, "byTime"],
    [{ kind: "left", longerThanS: 60 }, "longerThanS"],
    [{ kind: "silent", longerThanS: 3_600, dwellS: 60 }, "dwellS"],
    [{ kind: "silent", longerThanS: 3_600, geofences: ["a"] }, "geofences"],
    [{ kind: "found", belowPercent: 20 }, "belowPercent"],
    [{ kind: "not-back-by" }, "byTime"],
    [{ kind: "outside-longer" }, "longerThanS"],
    [{ kind: "silent" }, "longerThanS"],
    [{ kind: "battery-low" }, "belowPercent"],
    [{ kind: "not-back-by", byTime: "24:00" }, "byTime"],
    [{ kind: "not-back-by", byTime: "7:00" }, "byTime"],
    [{ kind: "not-back-by", byTime: "07:00:00" }, "byTime"],
    [{ kind: "not-back-by", byTime: 420 }, "byTime"],
    [{ kind: "left", quiet: [{ from: "22:00" }] }, "quiet[0].to"],
    [{ kind: "left", quiet: [{ ...WINDOW, weekdays: ["monday"] }] }, "quiet[0].weekdays[0]"],
    [{ kind: "left", quiet: [{ ...WINDOW, weekdays: [] }] }, "quiet[0].weekdays"],
    [{ kind: "left", quiet: [{ ...WINDOW, weekdays: ["mon", "mon"] }] }, "quiet[0].weekdays"],
    [{ kind: "left", quiet: [{ ...WINDOW, zone: "UTC" }] }, "quiet[0].zone"],
    [{ kind: "left", quiet: [] }, "quiet"],
    [{ kind: "left", schedule: Array(15).fill(WINDOW) }, "schedule"],
    [{ kind: "left", tags: [] }, "tags"],
    [{ kind: "left", tags: ["a", "a"] }, "tags"],
    [{ kind: "left", tags: Array.from({ length: 101 }, (_, i) => `${i}`) }, "tags"],
    [{ kind: "left", channels: [] }, "channels"],
    [{ kind: "left", dwellS: -1 }, "dwellS"],
    [{ kind: "left", dwellS: 0.5 }, "dwellS"],
    [{ kind: "left", enabled: "no" }, "enabled"],
    [{ kind: "heard-again" }, "kind"],
    [{ kind: "left", id: "silent" }, "id"],
    [{ kind: "left", builtIn: true }, "builtIn"],
    [{ kind: "left", owner: "a".repeat(32) }, "owner"],
  ])("are not made of %j", async (body, field) => {
    for (const answer of [await ask("POST", "", body), await ask("PUT", `/${body.kind}`, body)])
      expect([answer.status, answer.body.errors.map((error) => error.field)]).toEqual([400, [field]]);
    expect(await rules()).toHaveLength(3);
  });

  it.each([
    [{ kind: "silent", longerThanS: 3_599 }, "longerThanS", 3_600],
    [{ kind: "silent", longerThanS: 604_801 }, "longerThanS", 604_800],
    [{ kind: "outside-longer", longerThanS: 59 }, "longerThanS", 60],
    [{ kind: "battery-low", belowPercent: 4 }, "belowPercent", 5],
    [{ kind: "battery-low", belowPercent: 51 }, "belowPercent", 50],
    [{ kind: "left", dwellS: 3_601 }, "dwellS", 3_600],
  ])("name the bound that %j does not keep", async (body, field, limit) => {
    const answer = await ask("POST", "", body);
    expect(answer.body.errors).toMatchObject([{ field, limit }]);
    expect(answer.body.errors[0]?.message).toContain(String(limit));
  });

  it.each(["tags", "geofences", "channels"])("of foreign %s and of none are refused alike", async (field) => {
    const endpoint = { kind: "ntfy", url: "https://ntfy.sh/mia" };
    const channel = await given.api.ask("/v1/alert-channels", {
      ...{ method: "POST", body: { name: "Phone", endpoint }, token: given.mia.token },
    });
    const mias: Record<string, string> = {
      ...{ tags: given.tag, geofences: await geofence(), channels: channel.body.id },
    };
    const answers: Answer[] = [];
    for (const id of [mias[field], "a".repeat(26), "x"])
      answers.push(await ask("POST", "", { kind: "left", [field]: [id] }, given.tom));
    for (const { status, text, body } of answers) {
      expect([status, text]).toEqual([404, answers[0]?.text]);
      expect(body.errors).toMatchObject([{ field: `${field}[0]` }]);
    }
    expect(await rules(given.tom)).toHaveLength(3);
  });

  it("say whether they tell something in quiet hours too", async () => {
    const quiet = [{ from: "22:00", to: "06:30" }];
    for (const [kind, urgent] of [
      ["left", true] as const,
      ["came-back", false] as const,
      ["found", false] as const,
    ]) {
      const { status, text } = await ask("POST", "", { kind, quiet });
      expect([status, JSON.parse(text)]).toMatchObject([201, { kind, quiet, urgent }]);
    }
  });

  it("name the field and the place of an id that is unknown", async () => {
    const channels = ["mail", await provedChannel(given.api, given.mia), "x"];
    const { status, body } = await ask("POST", "", { kind: "left", tags: [given.tag], channels });
    expect([status, body.errors]).toEqual([
      404,
      [{ field: "channels[2]", message: "No such channel, or not yours." }],
    ]);
    expect(body.detail).toBe("channels[2]: No such channel, or not yours.");
    const changed = await ask("PUT", "/left", { kind: "left", tags: [given.tag, "x"] });
    expect([changed.status, changed.body.errors]).toMatchObject([404, [{ field: "tags[1]" }]]);
  });

  it("are 64 at most, however many are sent", async () => {
    const made = [];
    let last: Answer | undefined;
    do made.push((last = await ask("POST", "", { kind: "found" })));
    while (last.status === 201 && made.length < 100);
    expect([last.status, last.body.errors]).toMatchObject([409, [{ limit: 64 }]]);
    for (let i = 0; i < 20; i++) expect((await ask("POST", "", { kind: "found" })).status).toBe(409);
    expect((await rules()).filter(({ builtIn }) => !builtIn)).toHaveLength(made.length - 1);
    expect((await ask("PUT", "/left", { kind: "left", enabled: false })).status).toBe(200);
    expect((await ask("POST", "", { kind: "found" }, given.tom)).status).toBe(201);
  });
});

describe("a rule of somebody else and none", () => {
  it.each(["PUT", "DELETE"])("answer the same to %s", async (method) => {
    const { body } = await ask("POST", "", { kind: "found" });
    const sent = method === "PUT" ? { kind: "found" } : undefined;
    const answers: Answer[] = [];
    for (const id of [body.id, "a".repeat(26), "x", "came-back"])
      answers.push(await ask(method, `/${id}`, sent, given.tom));
    for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]?.text]);
    expect(await rules()).toHaveLength(4);
  });
});
