import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createRandomId } from "../random-id.ts";
import type { AlertId } from "../alerts/alert.ts";
import type { AlertChannel, AlertChannelDraft } from "../alerts/alert-channel.ts";
import type { AlertsView } from "../alerts/alerts-view.ts";
import type {
  AlertConclusion,
  AlertDraft,
  AlertTask,
  AlertWork,
  DeliveryTask,
} from "../alerts/alert-work.ts";
import type { Store } from "../open-store.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import type { HeldShare } from "../sharing/share.ts";
import { NOON } from "./contract-values.ts";

export const NOON_MS = NOON * 1_000;
export const LEASE_MS = 30_000;
export const ALL_TASKS = { limit: 100, withTimers: true } as const;
const ALL_DELIVERIES = { limit: 100, perAccount: 100 } as const;

/** An alert as a rule wants it told. */
export function alertDraft(change: Partial<AlertDraft> = {}): AlertDraft {
  return {
    id: createRandomId<AlertId>(),
    kind: "left",
    rule: undefined,
    facts: { at: NOON, tagName: "Schnurrli" },
    stages: { decidedAt: NOON_MS - 2_000, sentAt: NOON_MS - 1_000, storedAt: NOON_MS },
    channels: undefined,
    toOwner: true,
    toViewers: false,
    notBefore: undefined,
    replaces: [],
    ...change,
  };
}

export function conclusion(
  alerts: readonly AlertDraft[] = [],
  change: Partial<AlertConclusion> = {},
): AlertConclusion {
  return { alerts, state: undefined, dueAt: undefined, ...change };
}

export function takeTasks(work: AlertWork, nowMs = NOON_MS): Promise<readonly AlertTask[]> {
  return work.takeTasks(nowMs, LEASE_MS, ALL_TASKS);
}

export function takeDeliveries(work: AlertWork, nowMs = NOON_MS): Promise<readonly DeliveryTask[]> {
  return work.takeDeliveries(nowMs, LEASE_MS, ALL_DELIVERIES);
}

/** Concludes all tasks that wait with nothing to tell. */
export async function concludeAll(work: AlertWork, nowMs = NOON_MS): Promise<AlertTask[]> {
  const all: AlertTask[] = [];
  for (let tasks = await takeTasks(work, nowMs); tasks.length > 0; tasks = await takeTasks(work, nowMs))
    for (const task of tasks) {
      if (!(await work.conclude(task, conclusion(), nowMs))) throw new Error("the lease is lost");
      all.push(task);
    }
  return all;
}

/** The one task of a tag that waits. */
export async function oneTask(work: AlertWork, nowMs = NOON_MS): Promise<AlertTask> {
  const [task, ...others] = await takeTasks(work, nowMs);
  if (task === undefined || others.length > 0) throw new Error(`${others.length} tasks too many`);
  return task;
}

/** Adds a channel and gives its code back. */
export async function provedChannel(
  store: Pick<Store, "alertWork">,
  view: AlertsView,
  draft: AlertChannelDraft,
  nowMs = NOON_MS,
): Promise<AlertChannel> {
  const made = await view.addAlertChannel(draft);
  if (made.kind === "refused") throw new Error(made.reason);
  const deliveries = await takeDeliveries(store.alertWork, nowMs);
  const code = deliveries.find(({ channel }) => channel === made.channel.id)?.proofCode ?? "";
  for (const one of deliveries)
    await store.alertWork.finish(one, { kind: "delivered", atMs: nowMs, tls: undefined }, nowMs);
  const proved = await view.proveAlertChannel(made.channel.id, code);
  if (typeof proved === "string") throw new Error(proved);
  return proved;
}

/** Lets the viewer look and be alerted. */
export async function letBeAlerted(
  owner: OwnerView,
  viewer: ViewerView,
  tag: TagId,
  endsAt?: UnixSeconds,
): Promise<HeldShare> {
  const rights = { alerts: true };
  const draft = { kind: "live", name: "Grandma", endsAt, historyFrom: undefined, rights } as const;
  const invited = await owner.inviteViewer(tag, draft);
  if (invited.kind === "refused") throw new Error(invited.reason);
  const held = await viewer.acceptShare(invited.code);
  if (typeof held === "string") throw new Error(held);
  return held;
}

export const WEBHOOK: AlertChannelDraft = {
  name: "my server",
  endpoint: { kind: "webhook", url: "https://example.org/cat", withPlace: false, secrets: [], keys: [] },
};
export const WORK_MAIL: AlertChannelDraft = {
  name: "work",
  endpoint: { kind: "email", address: "ada@example.org" },
};
