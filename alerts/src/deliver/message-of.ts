import type { Message } from "@purrimeter/notifier/attempt";
import { degreesFromE7 } from "@purrimeter/protocol/values";
import type { AlertKind } from "@purrimeter/store/alert";
import type { DeliveryTask } from "@purrimeter/store/alert-work";
import { alertText, footerText, proofText } from "../texts/alert-text.ts";
import { plainName } from "../texts/short-name.ts";

/** A phone that was off for longer is told by the list of alerts. Seconds. */
const TTL_S = 86_400;

/** What a phone may ring for. */
const URGENT: ReadonlySet<AlertKind> = new Set<AlertKind>([
  "left",
  "not-back-by",
  "outside-longer",
  "silent",
  "found",
]);

/** The message of a delivery. `publicUrl`: origin of the pages, if there are any; `nowS`: seconds of UTC. */
export function messageOf(task: DeliveryTask, publicUrl: string | undefined, nowS: number): Message {
  const { alert, preferences, proofCode } = task;
  const isProof = proofCode !== undefined;
  const { title, text } = isProof ? proofText(proofCode, preferences) : alertText(alert, preferences, nowS);
  const isMail = task.endpoint === undefined || task.endpoint.kind === "email";
  return {
    title: plainName(title),
    text: isMail && !isProof ? `${text}\n\n${footerText(publicUrl, preferences)}\n` : text,
    type: isProof ? "channel.proof" : `alert.${alert.kind}`,
    at: alert.facts.at,
    data: isProof ? { code: proofCode } : dataOf(task, publicUrl),
    urgency: isProof || URGENT.has(alert.kind) ? "high" : "normal",
    ttlS: TTL_S,
    ...(publicUrl !== undefined && { navigate: `${publicUrl}/` }),
  };
}

/** Names the alert and no place, unless the owner wants it in this channel. Who wants more reads the alert. */
function dataOf({ alert, endpoint }: DeliveryTask, publicUrl: string | undefined): Message["data"] {
  const { id, kind, tag, facts } = alert;
  const withPlace = endpoint?.kind === "webhook" && endpoint.withPlace && facts.place !== undefined;
  return {
    ...{ alert: id, kind, at: new Date(facts.at * 1_000).toISOString() },
    ...(tag !== undefined && { tag }),
    ...(publicUrl !== undefined && { url: `${publicUrl}/v1/alerts/${id}` }),
    ...(withPlace && facts.place !== undefined && { place: placeOf(facts.place) }),
  };
}

function placeOf({ latE7, lonE7, accuracyDm }: NonNullable<DeliveryTask["alert"]["facts"]["place"]>) {
  return { lat: degreesFromE7(latE7), lon: degreesFromE7(lonE7), accuracyM: accuracyDm / 10 };
}
