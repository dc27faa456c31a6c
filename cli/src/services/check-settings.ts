import { checkPorts } from "./check-ports.ts";
import type { CheckContext, ServiceRegistry } from "./service-entry.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Why services cannot run under these settings: all reasons, one line each. */
export function checkSettings({ services }: ServiceRegistry, context: CheckContext): Failure | undefined {
  const faults = [
    ...checkPorts(context.settings),
    ...services.flatMap(({ check }) => check?.(context) ?? []),
  ];
  return faults.length === 0 ? undefined : failed(faults.map(({ failure }) => failure).join("\n"));
}
