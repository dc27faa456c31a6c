import type { Time } from "@purrimeter/service/time";
import { readFileSync } from "node:fs";
import { certifyServices } from "../data-folder/certify-services.ts";
import type { DataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { utcDate } from "../terminal/utc.ts";
import { AlertReceiver, type WebhookMessage } from "./alert-receiver.ts";
import type { OwnerApi } from "./owner-api.ts";

/** Name of the receiver's certificate, and of the channel that leads to it. */
const RECEIVER = "demo-receiver";

/** A code is sent within a second; a busy machine takes longer to start. */
const CODE_DEADLINE_MS = 60_000;

/** Networks of this machine alone, to which the demo lets messages go. */
export const DEMO_NETWORKS: readonly string[] = ["127.0.0.0/8", "::1/128"];

/** Told of each alert that comes to the demo's webhook. */
export type OnAlert = (alert: WebhookMessage["data"]) => void;

/** Starts a webhook on this machine and makes it a channel of the owner, proved by the code that comes to it. */
export async function receiveAlerts(
  owner: OwnerApi,
  files: DataFiles,
  { time, onAlert }: { readonly time: Time; readonly onAlert: OnAlert },
): Promise<AlertReceiver | Failure> {
  const service = { name: RECEIVER, callsServices: false, usesOwnerKeys: false, secrets: [] };
  const certified = await certifyServices(files, [service], { now: utcDate(time), hosts: [] });
  if (isFailure(certified)) return certified;
  const identity = {
    certificate: readFileSync(files.serviceChain(RECEIVER)),
    key: readFileSync(files.secret(RECEIVER, "tls-key.pem")),
  };
  const codes = new Codes(time);
  const receiver = await AlertReceiver.start(identity, ({ data }) => {
    if (data.code === undefined) onAlert(data);
    else codes.came(data.code);
  });
  const isProved = await prove(owner, receiver.url, codes);
  if (isProved) return receiver;
  await receiver.close();
  return failed("no code came to the demo's webhook; log/ says why");
}

/** Whether the code came. A channel of an earlier run leads to a port that is nobody's now. */
async function prove(owner: OwnerApi, url: string, codes: Codes): Promise<boolean> {
  const { items } = (await owner.call("GET", "/v1/alert-channels")) as {
    readonly items: readonly { readonly id: string; readonly name: string | null }[];
  };
  for (const { id, name } of items)
    if (name === RECEIVER) await owner.call("DELETE", `/v1/alert-channels/${id}`);
  const endpoint = { kind: "webhook", url };
  const { id } = (await owner.call("POST", "/v1/alert-channels", { name: RECEIVER, endpoint })) as {
    readonly id: string;
  };
  const code = await codes.next();
  if (code === undefined) return false;
  await owner.call("POST", `/v1/alert-channels/${id}/prove`, { code });
  return true;
}

/** Waits for the one code of a run. */
class Codes {
  readonly #code = Promise.withResolvers<string | undefined>();
  readonly #cancel: () => void;

  constructor(time: Time) {
    this.#cancel = time.after(CODE_DEADLINE_MS, () => this.#code.resolve(undefined));
  }

  came(code: string): void {
    this.#cancel();
    this.#code.resolve(code);
  }

  /** undefined when none came in time. */
  next(): Promise<string | undefined> {
    return this.#code.promise;
  }
}
