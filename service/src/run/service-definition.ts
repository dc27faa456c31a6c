import type { z } from "zod";
import type { Alarms } from "../alarms/alarm-engine.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Random } from "../time/random.ts";
import type { Time } from "../time/time.ts";
import type { ServiceConfig } from "./config-schemas.ts";
import type { ReadinessCheck } from "../metrics/readiness.ts";

/** Secrets that are open. */
export interface OpenSecrets {
  close(): Promise<void>;
}

/** How to find the secrets of this process. */
interface SecretsPlace<Name extends string> {
  readonly process: Name;
  /** `secrets` of the configuration. */
  readonly config: unknown;
  /** A folder that systemd, Docker or Kubernetes has made; CREDENTIALS_DIRECTORY. */
  readonly credentials: string | undefined;
  /** Told when the source of secrets has failed while the service runs. */
  readonly onFault: (fault: { readonly code: string }) => void;
}

/** What a service is started with. */
export interface ServiceParts<Config, Secrets> {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of what rules of security count. */
  readonly alarms: Alarms;
  readonly time: Time;
  readonly random: Random;
  /** To be called after each commit that other processes wait for, if `tellsCommits`. */
  readonly committed: () => void;
  /** Of the program. */
  readonly version: string;
}

/** A service that runs. */
export interface RunningService {
  /** Ports and so on, for the log and for whoever started the process. */
  readonly ready: { readonly port: number } & Readonly<Record<string, number | undefined>>;
  /** What has to be well for it to serve; it is ready while nothing is checked. */
  readonly checks?: readonly ReadinessCheck[];
  /** Lets requests under way end for `graceMs`, then ends everything. */
  stop(graceMs: number): Promise<void>;
  /** SIGHUP: reads keys and certificates again. */
  readonly reload?: () => Promise<void>;
}

/** A service that can be run. */
export interface ServiceDefinition<
  Name extends string,
  Config extends ServiceConfig,
  Secrets extends OpenSecrets,
> {
  /** Also in the log: "cloud-api". */
  readonly name: Name;
  readonly schema: z.ZodType<Config>;
  readonly openSecrets: (place: SecretsPlace<Name>) => Promise<Secrets>;
  /** Wires the service and starts to listen; rejects when it cannot. */
  readonly start: (parts: ServiceParts<Config, Secrets>) => Promise<RunningService>;
  /** Whether others may follow its commits at /commits of its port for metrics. */
  readonly tellsCommits?: boolean;
  /** When what still hangs after a signal is left behind, for a test that cannot wait for 9 s. */
  readonly stopDeadlineMs?: (config: Config) => number | undefined;
}
