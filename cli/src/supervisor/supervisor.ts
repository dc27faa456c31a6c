import { backOffMs, type BackOff } from "@purrimeter/service/back-off";
import { sleep } from "@purrimeter/service/sleep";
import type { Time } from "@purrimeter/service/time";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import type { WriteLine } from "../terminal/line-log.ts";
import { Heartbeat, type HeartbeatLimits } from "./heartbeat.ts";
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
  /** Between tries to start a service that was given up. */
  readonly giveUpBackOff: BackOff;
  readonly heartbeat: HeartbeatLimits;
}

const DEFAULT_LIMITS: SupervisorLimits = {
  readyMs: 30_000,
  backOff: { firstMs: 100, longestMs: 5_000 },
  recoveredMs: 10_000,
  graceMs: 10_000,
  restarts: 5,
  giveUpBackOff: { firstMs: 60_000, longestMs: 600_000 },
  heartbeat: { everyMs: 5_000, silentMs: 30_000 },
};

export interface SupervisorOptions {
  readonly writeLine: WriteLine;
  readonly time: Time;
  /** Called when a service died and is started again. */
  readonly onRestart: (service: string) => void;
  /** Called when a service was given up; all others go on, and it is tried again with long waits. */
  readonly onGiveUp?: (service: string, failure: Failure) => void;
  /** Called when a service did not answer and is killed, to be started again. */
  readonly onHung?: (service: string) => void;
  readonly limits?: Partial<SupervisorLimits>;
  /** Names of services, of which each is stopped before those that come before it; others are stopped first. */
  readonly order?: readonly string[];
}

/** Runs services as processes, starts those again that die or hang, and stops all of them in the reverse order. */
export class Supervisor {
  /** Resolves when the first service is given up; all others still run then. */
  readonly gaveUp: Promise<Failure>;
  readonly #options: SupervisorOptions;
  readonly #limits: SupervisorLimits;
  readonly #running = new Map<string, ServiceProcess>();
  /** In the order that was given, and of their start. */
  readonly #names: Set<string>;
  readonly #givenUp = new Map<string, Failure>();
  readonly #stopping = new AbortController();
  #stopped: Promise<readonly Failure[]> | undefined;
  readonly #giveUp: (failure: Failure) => void;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#names = new Set(options.order);
    const { promise, resolve } = Promise.withResolvers<Failure>();
    this.gaveUp = promise;
    this.#giveUp = resolve;
  }

  /** Resolves when the service is ready, with its port. One that ends before that is not tried again. */
  async start(spec: ServiceSpec): Promise<ReadyService | Failure> {
    if (this.#stopping.signal.aborted)
      return failed(`${spec.name}: not started, because everything is being stopped`);
    this.#names.add(spec.name);
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

  /** Why services are given up that do not run now either, in the order of their start. */
  get broken(): readonly Failure[] {
    return [...this.#givenUp.values()];
  }

  /** Stops each service once, in the reverse order, so that none loses one that it needs. Gives those that had to be killed or failed. */
  stop(): Promise<readonly Failure[]> {
    this.#stopping.abort();
    return (this.#stopped ??= this.#stopAll());
  }

  async #stopAll(): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    for (const name of [...this.#names].reverse()) {
      const failure = await this.#running.get(name)?.stop(this.#limits.graceMs);
      if (failure !== undefined) failures.push(failure);
    }
    return failures;
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
    void service.ready.then((ready) => {
      if (!isFailure(ready)) this.#watch(spec.name, service);
    });
    void service.ended.then(() => {
      if (this.#running.get(spec.name) === service) this.#running.delete(spec.name);
    });
    return service;
  }

  /** Kills the service when it hangs; it is started again like one that died. */
  #watch(name: string, service: ServiceProcess): void {
    const { heartbeat: limits } = this.#limits;
    const onSilent = (): void => {
      this.#options.onHung?.(name);
      service.kill();
    };
    const heartbeat = new Heartbeat(limits, this.#options.time, () => service.ping(), onSilent);
    service.hears(() => heartbeat.answered());
    void service.ended.then(() => heartbeat.stop());
  }

  async #keepUp(spec: ServiceSpec, config: string, first: ServiceProcess): Promise<void> {
    const { backOff, recoveredMs } = this.#limits;
    const { time } = this.#options;
    let service: ServiceProcess | undefined = first;
    for (let deaths = 0; service !== undefined; deaths++) {
      const since = time.monotonicMs();
      await service.ended;
      if (time.monotonicMs() - since >= recoveredMs) deaths = 0;
      if (!(await this.#wait(backOffMs(backOff, deaths + 1)))) return;
      const restarted: ServiceProcess | Failure = await this.#restart(spec, config);
      service = isFailure(restarted) ? await this.#revive(spec, config, restarted) : restarted;
    }
  }

  /** Gives the service up, and tries again with long waits: it runs again, or undefined because everything is being stopped. */
  async #revive(spec: ServiceSpec, config: string, failure: Failure): Promise<ServiceProcess | undefined> {
    if (this.#stopping.signal.aborted) return undefined;
    this.#givenUp.set(spec.name, failure);
    this.#options.onGiveUp?.(spec.name, failure);
    this.#giveUp(failure);
    for (let tries = 1; await this.#wait(backOffMs(this.#limits.giveUpBackOff, tries)); tries++) {
      const service = await this.#attempt(spec, config);
      if (isFailure(service)) continue;
      this.#givenUp.delete(spec.name);
      return service;
    }
    return undefined;
  }

  /** A running service again, or why it is given up. */
  async #restart(spec: ServiceSpec, config: string): Promise<ServiceProcess | Failure> {
    const { restarts, backOff } = this.#limits;
    let last = "";
    for (let attempt = 0; attempt < restarts; attempt++) {
      if (attempt > 0 && !(await this.#wait(backOffMs(backOff, attempt + 1)))) break;
      const service = await this.#attempt(spec, config);
      if (!isFailure(service)) return service;
      last = service.failure;
    }
    return failed(`${last} (given up after ${restarts} restarts)`);
  }

  async #attempt(spec: ServiceSpec, config: string): Promise<ServiceProcess | Failure> {
    const service = this.#run(spec, config);
    const ready = await service.ready;
    if (isFailure(ready)) return ready;
    this.#options.onRestart(spec.name);
    return service;
  }

  /** Whether the time passed; false when everything is being stopped. */
  #wait(delayMs: number): Promise<boolean> {
    return sleep(this.#options.time, delayMs, this.#stopping.signal);
  }
}
