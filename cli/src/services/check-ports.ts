import type { Settings } from "../configuration/settings-schema.ts";
import { failed, type Failure } from "../terminal/failure.ts";

const EVERY_ADDRESS: readonly string[] = ["0.0.0.0", "::"];

interface ListenerSetting {
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Listeners that would take each other's port, named by their keys: otherwise the service that comes second says that the
 * port is in use, and not by whom. Settings as they hold after options of the command line, which may set either. Port 0
 * takes any.
 */
export function checkPorts({ api, bridge, metrics }: Settings): readonly Failure[] {
  const listeners: readonly ListenerSetting[] = [
    { key: "api.port", host: api.host, port: api.port },
    { key: "bridge.port", host: bridge.host, port: bridge.port },
    { key: "bridge.tls12.port", host: bridge.host, port: bridge.tls12?.port ?? 0 },
    ...Object.entries(metrics).map(([name, port]) => ({
      key: `metrics.${name}`,
      host: "127.0.0.1",
      port: port ?? 0,
    })),
  ].filter(({ port }) => port !== 0);
  return listeners.flatMap((later, index) =>
    listeners
      .slice(0, index)
      .filter((earlier) => areSame(earlier, later))
      .map(({ key, port }) =>
        failed(`${key} and ${later.key} are both ${port}; each needs a port of its own`),
      ),
  );
}

function areSame(one: ListenerSetting, other: ListenerSetting): boolean {
  const hosts = [one.host, other.host];
  return (
    one.port === other.port && (one.host === other.host || hosts.some((at) => EVERY_ADDRESS.includes(at)))
  );
}
