import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What is measured. The name is completed to `purrimeter_<service>_<name>`. */
export interface Measure<Label extends string> {
  /** Lower case with underscores; ends with a base unit (`_seconds`, `_bytes`, `_total`) or names what is counted. */
  readonly name: string;
  readonly help: string;
  /** Labels whose values are constants of the code: never a tag, a person, a place or an address. */
  readonly labels?: readonly Label[];
}

/** How often something happened, by its labels. */
export interface Count<Label extends string> {
  readonly labels: Partial<Record<Label, string>>;
  readonly count: number;
}

/** Seconds, from what a cache answers to what a client gives up on. */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Node's own measure of its event loop wakes the process so often; Prometheus asks each 15 s or so. */
const LOOP_PRECISION_MS = 100;

const NAME = /^[a-z][a-z0-9_]*$/;

/** The metrics of one process, for Prometheus. RangeError for a name that breaks Prometheus' rules for names and units. */
export class Metrics {
  readonly #prefix: string;
  readonly #registry = new Registry();

  /** `service` as in the log: "cloud-api". */
  constructor(service: string) {
    this.#prefix = `purrimeter_${service.replaceAll("-", "_")}_`;
  }

  /** Adds memory, processor time, garbage collections and delays of the event loop. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  }

  /** What only grows; the name ends with `_total`. */
  counter<Label extends string = never>(measure: Measure<Label>): Counter<Label> {
    return new Counter(this.#counterConfiguration(measure));
  }

  /** Counts that are kept elsewhere, where a counter would cost too much; `read` gives them whenever they are asked for. */
  countsOf<Label extends string>(measure: Measure<Label>, read: () => Iterable<Count<Label>>): void {
    const configuration = this.#counterConfiguration(measure);
    new Counter({
      ...configuration,
      collect() {
        this.reset();
        for (const { labels, count } of read()) this.inc(labels, count);
      },
    });
  }

  /** A present size; `read` gives it whenever it is asked for, unless it is set. */
  gauge<Label extends string = never>(measure: Measure<Label>, read?: () => number): Gauge<Label> {
    const configuration = this.#configuration(measure);
    if (read === undefined) return new Gauge(configuration);
    return new Gauge({
      ...configuration,
      collect() {
        this.set(read());
      },
    });
  }

  /** Durations; the name ends with `_seconds`. */
  durations<Label extends string = never>(measure: Measure<Label>): Histogram<Label> {
    if (!measure.name.endsWith("_seconds")) throw new RangeError(`${measure.name} must end with _seconds`);
    return new Histogram({ ...this.#configuration(measure), buckets: DURATION_BUCKETS_S });
  }

  /** Everything in Prometheus' text format, and its media type. */
  async text(): Promise<{ readonly mediaType: string; readonly text: string }> {
    return { mediaType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #counterConfiguration<Label extends string>(measure: Measure<Label>) {
    if (!measure.name.endsWith("_total")) throw new RangeError(`${measure.name} must end with _total`);
    return this.#configuration(measure);
  }

  #configuration<Label extends string>({ name, help, labels = [] }: Measure<Label>) {
    if (!NAME.test(name) || /_(?:ms|milliseconds|kib|kb|minutes)(?:_|$)/.test(name))
      throw new RangeError(`${name} must be lower case with underscores, in base units`);
    return { name: this.#prefix + name, help, labelNames: labels, registers: [this.#registry] };
  }
}
