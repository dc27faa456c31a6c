import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { AlertFacts, AlertId, AlertKind } from "@purrimeter/store/alert";
import type { AlertDraft, DeliveryTask } from "@purrimeter/store/alert-work";
import { NOW_S } from "./test-keys.ts";
import type { TestApi, TestOwner } from "./test-api.ts";

const LEASE_MS = 1_000;
const LIMITS = { limit: 1_000, perAccount: 1_000 };

/** Takes what is due for delivery, as the process that sends alerts does: what of it is the account's. */
export async function takeDeliveries(api: TestApi, { id }: TestOwner): Promise<readonly DeliveryTask[]> {
  const nowMs = api.nowS * 1_000;
  const taken = await api.store.alertWork.takeDeliveries(nowMs, LEASE_MS, LIMITS);
  api.nowS += LEASE_MS / 1_000 + 1;
  return taken.filter(({ account }) => account === id);
}

/** The code that is on its way to a channel; "" when there is none. */
export async function proofCodeOf(api: TestApi, owner: TestOwner, channel: string): Promise<string> {
  const deliveries = await takeDeliveries(api, owner);
  return deliveries.find((delivery) => delivery.channel === channel)?.proofCode ?? "";
}

/** A proved channel of an owner, to an ntfy topic: its id. */
export async function provedChannel(api: TestApi, owner: TestOwner, name = "Phone"): Promise<string> {
  const { token } = owner;
  const body = { name, endpoint: { kind: "ntfy", url: `https://ntfy.example.org/${name}` } };
  const { id } = (await api.ask("/v1/alert-channels", { method: "POST", body, token })).body;
  const proof = { code: await proofCodeOf(api, owner, id) };
  const proved = await api.ask(`/v1/alert-channels/${id}/prove`, { method: "POST", body: proof, token });
  if (proved.status !== 200) throw new Error(`prove answered ${proved.status}: ${proved.text}`);
  return id;
}

let drafted = 0;

/** An id that no other alert of the file has: 26 of a-z. */
function nextId(): AlertId {
  const digits = [...String(++drafted)].map((digit) => String.fromCharCode(97 + Number(digit)));
  return digits.join("").padStart(26, "z") as AlertId;
}

/** Has the tag's next event, which is there when it was claimed or moved, tell an alert, as the process that judges does: its id. */
export async function tell(
  api: TestApi,
  tag: TagId,
  kind: AlertKind,
  facts: Partial<AlertFacts> = {},
  more: Partial<AlertDraft> = {},
): Promise<AlertId> {
  const nowMs = api.nowS * 1_000;
  const tasks = await api.store.alertWork.takeTasks(nowMs, LEASE_MS, { limit: 1_000, withTimers: false });
  api.nowS += LEASE_MS / 1_000 + 1;
  const task = tasks.find((taken) => taken.tag === tag);
  if (task === undefined) throw new Error("nothing happened to the tag");
  const id = nextId();
  const stages = { decidedAt: nowMs, sentAt: nowMs, storedAt: nowMs };
  const all = { at: NOW_S as UnixSeconds, tagName: "Mimi", ...facts };
  const nothing = {
    rule: undefined,
    channels: undefined,
    notBefore: undefined,
    replaces: [],
    toOwner: true,
    toViewers: false,
  };
  const draft = { id, kind, facts: all, stages, ...nothing, ...more };
  const kept = await api.store.alertWork.conclude(
    task,
    { alerts: [draft], state: undefined, dueAt: undefined },
    nowMs,
  );
  if (!kept) throw new Error("the alert was not kept");
  return id;
}
