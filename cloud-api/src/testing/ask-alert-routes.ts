import type { Answer, Ask } from "./test-api.ts";

/** Asks a route of the document, and expects that it declares the answer. `id` stands for its first parameter. */
export type AskRoute = (
  path: string,
  method: string,
  id: string,
  ask?: Ask & { readonly share?: string },
  query?: string,
) => Promise<Answer>;

const TAG_PATH = "/v1/tags/{id}";

/** Channels; gives the id of a test alert. */
async function askChannels(ask: AskRoute): Promise<string> {
  const channels = "/v1/alert-channels";
  await ask("/v1/alert-push-key", "get", "");
  const webhook = { kind: "webhook", url: "https://hooks.example.org/" };
  for (const endpoint of [webhook, { ...webhook, url: "https://127.0.0.1/" }, { kind: "fax" }])
    await ask(channels, "post", "", { body: { name: "Server", endpoint } });
  await ask(channels, "post", "", {
    body: { name: "Mail", endpoint: { kind: "email", address: "a@b.example" } },
  });
  const ntfy = { kind: "ntfy", url: "https://ntfy.sh/x", token: "t" };
  const channel = (await ask(channels, "post", "", { body: { name: "Phone", endpoint: ntfy } })).body.id;
  await ask(channels, "get", "");
  const test = await ask(`${channels}/{id}/test`, "post", "mail");
  for (const id of ["mail", channel, "nobody"]) await ask(`${channels}/{id}`, "get", id);
  for (const id of [channel, "nobody"]) {
    for (const act of ["test", "proof", "resume", "rotate"]) await ask(`${channels}/{id}/${act}`, "post", id);
    await ask(`${channels}/{id}/prove`, "post", id, { body: { code: "x" } });
    await ask(`${channels}/{id}`, "delete", id);
  }
  while ((await ask(channels, "post", "", { body: { name: "Server", endpoint: webhook } })).status === 201);
  return test.body.id;
}

async function askRules(ask: AskRoute): Promise<void> {
  const rules = "/v1/alert-rules";
  const rule = {
    kind: "not-back-by",
    byTime: "22:00",
    quiet: [{ weekdays: ["mon"], from: "22:00", to: "06:00" }],
  };
  const made = await ask(rules, "post", "", { body: rule });
  for (const body of [{ kind: "left", byTime: "22:00" }, { kind: "left", tags: ["nobody"] }, { kind: "x" }])
    await ask(rules, "post", "", { body });
  for (const id of [made.body.id, "silent", "nobody"]) {
    await ask(`${rules}/{id}`, "put", id, { body: rule });
    await ask(`${rules}/{id}`, "delete", id);
  }
  await ask(rules, "get", "");
  while ((await ask(rules, "post", "", { body: rule })).status === 201);
}

async function askAlerts(ask: AskRoute, tag: string, alert: string): Promise<void> {
  for (const query of ["", "?unread=true", `?tagId=${tag}`, "?limit=0", "?cursor=x", "?after=x"])
    await ask("/v1/alerts", "get", "", {}, query);
  for (const id of [alert, "nobody"]) {
    await ask("/v1/alerts/{id}", "get", id);
    await ask("/v1/alerts/read", "post", "", { body: { through: id } });
    for (const body of [{ read: true }, { acknowledged: true }, { snoozedUntil: "2020-01-01T00:00:00Z" }, {}])
      await ask("/v1/alerts/{id}", "patch", id, { body });
  }
}

async function askMutes(ask: AskRoute, tag: string): Promise<void> {
  for (const id of [tag, "nobody"]) {
    await ask(`${TAG_PATH}/mute`, "get", id);
    for (const until of [null, "for-ever", "2036-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "x"])
      await ask(`${TAG_PATH}/mute`, "post", id, { body: { until } });
  }
}

/** Every route of alerts, for good and for bad. */
export async function askAlertRoutes(ask: AskRoute, tag: string): Promise<void> {
  const alert = await askChannels(ask);
  await askRules(ask);
  await askAlerts(ask, tag, alert);
  await askMutes(ask, tag);
}

/** What viewers may do besides looking. */
export async function askChangesOfShares(
  ask: AskRoute,
  tag: string,
  shares: readonly string[],
): Promise<void> {
  for (const share of shares)
    for (const body of [{ alerts: true, commands: false }, {}])
      await ask(`${TAG_PATH}/shares/{share}`, "patch", tag, { share, body });
}
