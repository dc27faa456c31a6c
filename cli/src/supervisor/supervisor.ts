import { backOffMs, type BackOff } from "@purrimeter/service/back-off";
import { sleep } from "@purrimeter/service/sleep";
import type { Time } from "@purrimeter/service/time";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import type { WriteLine } from "../terminal/line-log.ts";
import { runService, type ReadyService, type ServiceProcess, type ServiceSpec } from "./service-process.ts";

/** How long a supervisor waits for what. */
export interface SupervisorLimits {
  /** From the start of a process to its ready message. */
  readonly readyMs: number;
  /** Before a restart; the wait doubles with every death in a row. */
  readonly backOff: BackOff;
  /** A service that stayed up for so long has recovered: its next death counts as the first. */
  readonly recoveredMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** Restarts in a row that end before the service is ready, until it is given up. */
  readonly restarts: number;
}

const DEFAULT_LIMITS: SupervisorLimits = {
  readyMs: 30_000,
  backOff: { firstMs: 100, longestMs: 5_000 },
  recoveredMs: 10_000,
  graceMs: 3_500,
  restarts: 5,
};

export interface SupervisorOptions {
  readonly writeLine: WriteLine;
  readonly time: Time;
  /** Called when a service died and is started again. */
  readonly onRestart: (service: string) => void;
  readonly limits?: Partial<SupervisorLimits>;
}

/** Runs services as processes, starts those again that die, and stops all of them. */
export class Supervisor {
  /** Resolves when a service is given up; all others still run then. */
  readonly gaveUp: Promise<Failure>;
  readonly #options: SupervisorOptions;
  readonly #limits: SupervisorLimits;
  readonly #running = new Map<string, ServiceProcess>();
  readonly #stopping = new AbortController();
  readonly #giveUp: (failure: Failure) => void;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { promise, resolve } = Promise.withResolvers<Failure>();
    this.gaveUp = promise;
    this.#giveUp = resolve;
  }

  /** Resolves when the service is ready, with its port. One that ends before that is not tried again. */
  async start(spec: ServiceSpec): Promise<ReadyService | Failure> {
    if (this.#stopping.signal.aborted)
      return failed(`${spec.name}: not started, because everything is being stopped`);
    const service = this.#run(spec, spec.configure({ port: spec.port, metricsPort: spec.metricsPort }));
    const ready = await service.ready;
    if (isFailure(ready)) return ready;
    // Written now, so that a restart needs no room on a disk that is full by then.
    const config = spec.configure(ready);
    void this.#keepUp(spec, config, service);
    return ready;
  }

  /** Process id of a running service, for tests and for people who look. */
  pid(name: string): number | undefined {
    return this.#running.get(name)?.pid;
  }

  /** Ends a service in order; it is then started again as after a death, on the same port. */
  async restart(name: string): Promise<void> {
    await this.#running.get(name)?.stop(this.#limits.graceMs);
  }

  /** Stops all services, at the latest when their time is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.values()].map((service) => service.stop(this.#limits.graceMs)));
  }

  #run(spec: ServiceSpec, config: string): ServiceProcess {
    const service = runService(
      spec,
      config,
      this.#options.writeLine,
      this.#limits.readyMs,
      this.#options.time,
    );
    this.#running.set(spec.name, service);
    void service.ended.then(() => {
      if (this.#running.get(spec.name) === service) this.#running.delete(spec.name);
    });
    return service;
  }

  async #keepUp(spec: ServiceSpec, config: string, first: ServiceProcess): Promise<void> {
    const { backOff, recoveredMs } = this.#limits;
    const { time } = this.#options;
    let service: ServiceProcess | Failure = first;
    for (let deaths = 0; !isFailure(service); deaths++) {
      const since = time.monotonicMs();
      await service.ended;
      if (time.monotonicMs() - since >= recoveredMs) deaths = 0;
      if (!(await this.#wait(backOffMs(backOff, deaths + 1)))) return;
      service = await this.#restart(spec, config);
    }
    if (!this.#stopping.signal.aborted) this.#giveUp(service);
  }

  /** A running service again, or why it is given up. */
  async #restart(spec: ServiceSpec, config: string): Promise<ServiceProcess | Failure> {
    const { restarts, backOff } = this.#limits;
    let last = "";
    for (let attempt = 0; attempt < restarts; attempt++) {
      if (attempt > 0 && !(await this.#wait(backOffMs(backOff, attempt + 1)))) break;
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
  #wait(delayMs: number): Promise<boolean> {
    return sleep(this.#options.time, delayMs, this.#stopping.signal);
  }
}
