import { isFailure, type Failure } from "../terminal/failure.ts";

/** Something that is started, and what has to be ready before. */
export interface Ordered {
  readonly name: string;
  readonly after: readonly string[];
}

/**
 * Starts each when all that it comes after are ready, and others at the same time. Fails with the first failure in the
 * order of the list; what is ready then stays. RangeError when some wait for one another or for what is not in the list.
 */
export async function startInOrder<Service extends Ordered, Ready extends object>(
  services: readonly Service[],
  start: (service: Service, ready: ReadonlyMap<string, Ready>) => Promise<Ready | Failure>,
): Promise<ReadonlyMap<string, Ready> | Failure> {
  const ready = new Map<string, Ready>();
  while (ready.size < services.length) {
    const next = services.filter(
      ({ name, after }) => !ready.has(name) && after.every((former) => ready.has(former)),
    );
    if (next.length === 0)
      throw new RangeError(`nothing can be started after ${[...ready.keys()].join(", ")}`);
    const outcomes = await Promise.all(next.map((service) => start(service, ready)));
    for (const [i, outcome] of outcomes.entries()) {
      if (isFailure(outcome)) return outcome;
      ready.set(next[i]?.name ?? "", outcome);
    }
  }
  return ready;
}
