import type { CheckContext, ServiceRegistry } from "./service-entry.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Why services cannot run under these settings: all reasons, one line each. */
export function checkSettings({ services }: ServiceRegistry, context: CheckContext): Failure | undefined {
  const faults = services.flatMap(({ check }) => check?.(context) ?? []);
  return faults.length === 0 ? undefined : failed(faults.map(({ failure }) => failure).join("\n"));
}
