import type { AttemptResult, Endpoint } from "@purrimeter/notifier/attempt";
import type { NoAnswer, NotifierClient } from "@purrimeter/notifier/notifier-client";
import type { Random } from "@purrimeter/service/random";
import type { Time } from "@purrimeter/service/time";
import type { AlertWork, DeliveryResult, DeliveryTask } from "@purrimeter/store/alert-work";
import type { Contacts } from "./contacts.ts";
import { endpointOf } from "./endpoint-of.ts";
import { messageOf } from "./message-of.ts";
import { resultOf } from "./result-of.ts";

/** What a delivery is made with. */
export interface DeliveryParts {
  readonly work: Pick<AlertWork, "finish">;
  readonly notifier: Pick<NotifierClient, "attempt">;
  readonly contacts: Contacts;
  readonly time: Time;
  readonly random: Random;
  /** Origin of the pages, for links; none when left out. */
  readonly publicUrl?: string | undefined;
}

/** How a delivery went. */
export interface Delivered {
  readonly result: DeliveryResult;
  /** When the attempt began, ms of UTC. */
  readonly beganMs: number;
  /** False when somebody else had the delivery meanwhile: nothing was kept. */
  readonly isKept: boolean;
}

/** Makes one attempt of a delivery and keeps how it went. Rejects as the store does. */
export async function deliver(task: DeliveryTask, parts: DeliveryParts): Promise<Delivered> {
  const { work, time, random } = parts;
  const beganMs = time.utcMs();
  const answer = await attempt(task, parts);
  const endedMs = time.utcMs();
  const result = resultOf(
    { ...task, firstAttemptAt: task.firstAttemptAt ?? beganMs },
    answer,
    endedMs,
    random,
  );
  return { result, beganMs, isKept: await work.finish(task, result, endedMs, beganMs) };
}

async function attempt(task: DeliveryTask, parts: DeliveryParts): Promise<AttemptResult | NoAnswer> {
  const { notifier, publicUrl, time } = parts;
  const endpoint = await addressOf(task, parts);
  if ("outcome" in endpoint) return endpoint;
  return notifier.attempt({ id: task.id, endpoint, message: messageOf(task, publicUrl, time.utcS()) });
}

async function addressOf(
  { account, endpoint }: DeliveryTask,
  { contacts, time }: DeliveryParts,
): Promise<Endpoint | AttemptResult | NoAnswer> {
  if (endpoint !== undefined) return endpointOf(endpoint, time.utcS());
  const contact = await contacts.contactOf(account);
  switch (contact.kind) {
    case "address":
      return { kind: "email", address: contact.address };
    case "none":
      return { outcome: "rejected", reason: "the account has no verified mail address" };
    case "unavailable":
      return { outcome: "no-answer", reason: contact.reason, code: "none" };
  }
}
