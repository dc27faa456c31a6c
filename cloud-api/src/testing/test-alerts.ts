import type { DeliveryTask } from "@purrimeter/store/alert-work";
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
