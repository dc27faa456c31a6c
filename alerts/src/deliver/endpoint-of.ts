import type { Endpoint } from "@purrimeter/notifier/attempt";
import type { AlertEndpoint } from "@purrimeter/store/alert-channel";

/** The endpoint as the notifier takes it. A former secret and key sign too until their time is over. `nowS`: seconds of UTC. */
export function endpointOf(endpoint: AlertEndpoint, nowS: number): Endpoint {
  switch (endpoint.kind) {
    case "email":
      return { kind: "email", address: endpoint.address };
    case "push":
      return { kind: "push", url: endpoint.url, p256dh: endpoint.p256dh, auth: endpoint.auth };
    case "ntfy":
      return {
        kind: "ntfy",
        url: endpoint.url,
        ...(endpoint.token !== undefined && { token: endpoint.token }),
      };
    case "webhook": {
      const count = (endpoint.formerUntil ?? 0) > nowS ? 2 : 1;
      return {
        kind: "webhook",
        url: endpoint.url,
        secrets: endpoint.secrets.slice(0, count),
        keys: endpoint.keys.slice(0, count),
      };
    }
  }
}
