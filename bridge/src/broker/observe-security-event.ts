import type { TagId } from "@purrimeter/protocol/values";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { AlarmEvent } from "@purrimeter/service/alarm-rule";
import type { SecurityEvent, SecurityEventCause } from "./security-event.ts";

/** What rules of security count of what tags do. */
const COUNTED: Partial<Record<SecurityEvent, AlarmEvent>> = {
  "second-session": "tag.second-session",
  "session-rate": "tag.second-session",
  "client-id-mismatch": "tag.other-name",
  "bad-will": "tag.other-name",
  "forbidden-publish": "tag.other-name",
  "forbidden-subscription": "tag.other-name",
  "revoked-tag": "certificate.revoked",
};

/** Code of OpenSSL for a certificate that is on a revocation list: the handshake fails before anybody reads its name. */
const REVOKED = "CERT_REVOKED";

/** Tells the rules of an event. A certificate whose name is not known counts as one without a name. */
export function observeSecurityEvent(
  alarms: Alarms,
  event: SecurityEvent,
  tag?: TagId,
  cause?: SecurityEventCause,
): void {
  const counted = cause?.code === REVOKED ? "certificate.revoked" : COUNTED[event];
  if (counted !== undefined) alarms.observe({ event: counted, tag: tag ?? "" });
}
