import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { AlarmEvent } from "@purrimeter/service/alarm-rule";
import type { AuditEvent, AuditEventName } from "../audit/audit-event.ts";

/** What rules of security count of what the trail records. Failed passwords are counted where they are checked, also those of nobody. */
const COUNTED: Partial<Record<AuditEventName, AlarmEvent>> = {
  "account.closed": "account.closed",
  "account.exported": "account.exported",
  "device.new": "device.new",
  "login.second-factor-refused": "login.failed",
  "second-factor.last-removed": "second-factor.off",
  "session.reused": "session.reused",
};

/** Tells the rules of what the trail has recorded. `hashOf`: the name of a network in the trail. */
export function observeAuditEvent(
  alarms: Alarms,
  { event, account, network }: AuditEvent,
  hashOf: (network: string) => string,
): void {
  const counted = COUNTED[event];
  if (counted === undefined) return;
  alarms.observe({ event: counted, account, network: network === undefined ? undefined : hashOf(network) });
}
