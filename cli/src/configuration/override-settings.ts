import { DEFAULT_TLS12_CONNECTIONS, type Settings } from "./settings-schema.ts";

/** Options of a command line that win over DIR/config.json. */
export interface SettingOptions {
  /** Address that API and bridge listen on. */
  readonly host?: string;
  /** Of the API. */
  readonly port?: number;
  /** Of the bridge. */
  readonly mqttPort?: number;
  readonly tls12Port?: number;
  readonly name?: readonly string[];
  readonly retentionDays?: number;
}

/** The settings, with the options of the command line in their place. */
export function overrideSettings(settings: Settings, options: SettingOptions): Settings {
  const { host, port, mqttPort, tls12Port, name = [], retentionDays } = options;
  const { api, bridge } = settings;
  const { tls12 = { maxConnections: DEFAULT_TLS12_CONNECTIONS } } = bridge;
  return {
    ...settings,
    hostNames: name.length === 0 ? settings.hostNames : [...name],
    ...(retentionDays !== undefined && { retentionDays }),
    api: { ...api, host: host ?? api.host, port: port ?? api.port },
    bridge: {
      ...bridge,
      host: host ?? bridge.host,
      port: mqttPort ?? bridge.port,
      ...(tls12Port !== undefined && { tls12: { ...tls12, port: tls12Port } }),
    },
  };
}
