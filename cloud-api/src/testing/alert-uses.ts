import type { Ask, TestApi, TestOwner } from "./test-api.ts";

/** Ids of what an account is told by. */
export type AlertIds = Readonly<Record<"alert" | "rule" | "channel", string>>;

type Use = readonly [path: string, ask: Ask, status: number];
type GoodUse = (_: unknown, ids: AlertIds) => Promise<Use>;

const RULE = { kind: "came-back" };
const CHANNEL = { name: "Server", endpoint: { kind: "webhook", url: "https://hooks.example.org/" } };

const at =
  (path: string, status = 200, ask: Ask = {}): GoodUse =>
  () =>
    Promise.resolve([path, ask, status]);

const of =
  (kind: keyof AlertIds, path: string, rest: string, status: number, ask: Ask = {}): GoodUse =>
  (_, ids) =>
    Promise.resolve([`${path}/${ids[kind]}${rest}`, ask, status]);

const ofChannel = (rest: string, status: number, ask: Ask = {}): GoodUse =>
  of("channel", "/v1/alert-channels", rest, status, ask);

/** How routes of alerts are used well: path, the rest of the request, and the status of success. */
export const ALERT_USES: Readonly<Record<string, GoodUse>> = {
  "GET /v1/alerts": at("/v1/alerts"),
  "GET /v1/alerts/:id": of("alert", "/v1/alerts", "", 200),
  "PATCH /v1/alerts/:id": of("alert", "/v1/alerts", "", 200, { body: { read: true } }),
  "POST /v1/alerts/read": (_, { alert }) =>
    Promise.resolve(["/v1/alerts/read", { body: { through: alert } }, 204]),
  "GET /v1/alert-rules": at("/v1/alert-rules"),
  "POST /v1/alert-rules": at("/v1/alert-rules", 201, { body: RULE }),
  "PUT /v1/alert-rules/:id": of("rule", "/v1/alert-rules", "", 200, { body: RULE }),
  "DELETE /v1/alert-rules/:id": of("rule", "/v1/alert-rules", "", 204),
  "GET /v1/alert-channels": at("/v1/alert-channels"),
  "GET /v1/alert-push-key": at("/v1/alert-push-key"),
  "POST /v1/alert-channels": at("/v1/alert-channels", 201, { body: CHANNEL }),
  "GET /v1/alert-channels/:id": ofChannel("", 200),
  "DELETE /v1/alert-channels/:id": ofChannel("", 204),
  // A code that nobody has, and a channel that is not proved: whose channel it is comes first.
  "POST /v1/alert-channels/:id/prove": ofChannel("/prove", 400, { body: { code: "x" } }),
  "POST /v1/alert-channels/:id/test": ofChannel("/test", 409),
  "POST /v1/alert-channels/:id/proof": ofChannel("/proof", 202),
  "POST /v1/alert-channels/:id/resume": ofChannel("/resume", 200),
  "POST /v1/alert-channels/:id/rotate": ofChannel("/rotate", 200),
};

/** An alert, a rule and a channel of an owner. */
export async function makeAlertThings(api: TestApi, { token }: TestOwner): Promise<AlertIds> {
  const made = async (path: string, body?: unknown): Promise<string> =>
    (await api.ask(path, { method: "POST", token, ...(body !== undefined && { body }) })).body.id;
  return {
    alert: await made("/v1/alert-channels/mail/test"),
    rule: await made("/v1/alert-rules", RULE),
    channel: await made("/v1/alert-channels", CHANNEL),
  };
}
