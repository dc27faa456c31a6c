import { setTimeout as sleep } from "node:timers/promises";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import type { WriteLine } from "../terminal/line-log.ts";
import { runService, type ServiceProcess, type ServiceSpec } from "./service-process.ts";

/** How patient a supervisor is. Milliseconds. */
export interface ReadyDeadline {
  /** From the start of a process to its ready message. */
  readonly readyMs: number;
  /** Before the first restart; doubles with every death. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A service that stayed up for so long has recovered: its next death counts as the first. */
  readonly recoveredMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** Restarts in a row that end before the service is ready, until it is given up. */
  readonly restarts: number;
}

export const DEFAULT_PATIENCE: ReadyDeadline = {
  readyMs: 30_000,
  firstDelayMs: 100,
  longestDelayMs: 5_000,
  recoveredMs: 10_000,
  graceMs: 3_500,
  restarts: 5,
};

export interface SupervisorOptions {
  readonly writeLine: WriteLine;
  readonly monotonicMs: () => number;
  /** Called when a service died and is started again. */
  readonly onRestart: (service: string) => void;
  readonly patience?: Partial<ReadyDeadline>;
}

/** Runs services as processes, starts those again that die, and stops all of them. */
export class Supervisor {
  /** Resolves when a service is given up; all others still run then. */
  readonly gaveUp: Promise<Failure>;
  readonly #options: SupervisorOptions;
  readonly #patience: ReadyDeadline;
  readonly #running = new Map<string, ServiceProcess>();
  readonly #stopping = new AbortController();
  readonly #giveUp: (failure: Failure) => void;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#patience = { ...DEFAULT_PATIENCE, ...options.patience };
    const { promise, resolve } = Promise.withResolvers<Failure>();
    this.gaveUp = promise;
    this.#giveUp = resolve;
  }

  /** Resolves when the service is ready, with its port. One that ends before that is not tried again. */
  async start(spec: ServiceSpec): Promise<{ readonly port: number } | Failure> {
    if (this.#stopping.signal.aborted)
      return failed(`${spec.name}: not started, because everything is being stopped`);
    const service = this.#run(spec, spec.configure(spec.port));
    const ready = await service.ready;
    if (isFailure(ready)) return ready;
    // Written now, so that a restart needs no room on a disk that is full by then.
    const config = spec.configure(ready.port);
    void this.#keepUp(spec, config, service);
    return ready;
  }

  /** Process id of a running service, for tests and for people who look. */
  pid(name: string): number | undefined {
    return this.#running.get(name)?.pid;
  }

  /** Stops all services, at the latest when their patience is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.values()].map((service) => service.stop(this.#patience.graceMs)));
  }

  #run(spec: ServiceSpec, config: string): ServiceProcess {
    const service = runService(spec, config, this.#options.writeLine, this.#patience.readyMs);
    this.#running.set(spec.name, service);
    void service.ended.then(() => {
      if (this.#running.get(spec.name) === service) this.#running.delete(spec.name);
    });
    return service;
  }

  async #keepUp(spec: ServiceSpec, config: string, first: ServiceProcess): Promise<void> {
    const { longestDelayMs, firstDelayMs, recoveredMs } = this.#patience;
    let service: ServiceProcess | Failure = first;
    for (let deaths = 0; !isFailure(service); deaths++) {
      const since = this.#options.monotonicMs();
      await service.ended;
      if (this.#options.monotonicMs() - since >= recoveredMs) deaths = 0;
      if (!(await this.#wait(Math.min(longestDelayMs, firstDelayMs * 2 ** deaths)))) return;
      service = await this.#restart(spec, config);
    }
    if (!this.#stopping.signal.aborted) this.#giveUp(service);
  }

  /** A running service again, or why it is given up. */
  async #restart(spec: ServiceSpec, config: string): Promise<ServiceProcess | Failure> {
    const { restarts, firstDelayMs, longestDelayMs } = this.#patience;
    let last = "";
    for (let attempt = 0; attempt < restarts; attempt++) {
      if (attempt > 0 && !(await this.#wait(Math.min(longestDelayMs, firstDelayMs * 2 ** attempt)))) break;
      const service = this.#run(spec, config);
      const ready = await service.ready;
      if (!isFailure(ready)) {
        this.#options.onRestart(spec.name);
        return service;
      }
      last = ready.failure;
    }
    return failed(`${last} (given up after ${restarts} restarts)`);
  }

  /** Whether the time passed; false when everything is being stopped. */
  async #wait(delayMs: number): Promise<boolean> {
    const { signal } = this.#stopping;
    return sleep(delayMs, true, { signal }).catch(() => !signal.aborted);
  }
}
