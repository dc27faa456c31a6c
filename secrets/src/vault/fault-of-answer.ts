import type { VaultFault } from "./vault-error.ts";
import type { VaultAnswer } from "./vault-http.ts";

/**
 * The fault that an answer says, undefined for success. Statuses as Vault's and OpenBao's HTTP API document them; a 404
 * without errors is a thing that does not exist, one with errors a path that leads nowhere.
 */
export function faultOfAnswer({ status, body }: VaultAnswer): VaultFault | undefined {
  if (status >= 200 && status < 300) return body === undefined ? "bad-answer" : undefined;
  const errors = body?.["errors"];
  switch (status) {
    case 307:
    case 472:
    case 473:
    case 501:
      return "standby";
    case 400:
    case 405:
      return "refused";
    case 401:
    case 403:
      return "denied";
    case 404:
      if (body === undefined) return "bad-answer";
      return Array.isArray(errors) && errors.length > 0 ? "no-such-mount" : "not-found";
    case 412:
    case 429:
      return "busy";
    case 503:
      return "sealed";
    default:
      return status >= 500 ? "fault" : "bad-answer";
  }
}
