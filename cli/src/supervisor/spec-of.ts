import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import type { SecretsOf } from "../data-folder/secrets-of.ts";
import type { ServiceContext, ServiceEntry } from "../services/service-entry.ts";
import type { ReadyService, ServiceSpec } from "./service-process.ts";

/** How to run a service of the registry on a data folder: its process, and its configuration file for a port. */
export function specOf(service: ServiceEntry, context: ServiceContext, secretsOf: SecretsOf): ServiceSpec {
  const { files, settings } = context;
  const { name, main, nurseryMib } = service;
  const { host, port } = service.listen(settings);
  // Others ask there whether it is ready, also where nobody collects its metrics.
  const metrics = settings.metrics[name] ?? 0;
  const configure = ({ port: actual, metricsPort }: ReadyService): string => {
    const listeners = {
      host,
      port: actual,
      ...(metricsPort !== undefined && { metrics: { port: metricsPort } }),
    };
    const rest = { secrets: secretsOf(service), alarmSpool: files.alarms, ...service.configure(context) };
    const content = `${JSON.stringify({ ...listeners, ...rest }, undefined, 2)}\n`;
    replaceFile(files.config(name), content, PUBLIC_MODE);
    return files.config(name);
  };
  return {
    name,
    main,
    credentials: files.secrets(name),
    port,
    metricsPort: metrics,
    configure,
    flags: [`--max-semi-space-size=${nurseryMib}`],
    compileCache: files.compileCache,
    pidFile: files.pid(name),
  };
}
