import { pino, type DestinationStream, type Logger } from "pino";

/**
 * Everything that a log line may say beside its message. A field that is not here can not be logged: redaction lists
 * miss deep paths, messages and stacks, so there is a list of what may pass, not of what may not.
 */
export interface LogFields {
  /** What happened, as a stable name: "report.set-aside". */
  readonly event?: string;
  /** Id of a tag: names a thing, no place and no person. */
  readonly tag?: string;
  /** Route pattern, never the address itself: "/v1/tags/{id}". */
  readonly route?: string;
  readonly method?: string;
  readonly status?: number;
  readonly durationMs?: number;
  readonly port?: number;
  readonly count?: number;
  readonly bytes?: number;
  readonly version?: number;
  /** One of our own reasons: a constant of the code, never foreign text. */
  readonly reason?: string;
  /** `code` of a system or library error: "ECONNRESET", "SQLITE_FULL". Never its message. */
  readonly code?: string;
  readonly process?: string;
  readonly requestId?: string;
  /** Certificate serial number. */
  readonly serial?: string;
}

type Level = "info" | "warn" | "error";

/** Writes one line of JSON per call. `message` is a constant of the code. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const FIELDS: Record<keyof LogFields, true> = {
  event: true,
  tag: true,
  route: true,
  method: true,
  status: true,
  durationMs: true,
  port: true,
  count: true,
  bytes: true,
  version: true,
  reason: true,
  code: true,
  process: true,
  requestId: true,
  serial: true,
};

/** Longer text is no name of ours. */
const MAX_TEXT_LENGTH = 100;

function listed(fields: LogFields): Record<string, string | number> {
  const passed: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(FIELDS, name)) continue;
    if (typeof value === "number") passed[name] = value;
    else if (typeof value === "string") passed[name] = value.slice(0, MAX_TEXT_LENGTH);
  }
  return passed;
}

function write(logger: Logger, level: Level, message: string, fields: LogFields | undefined): void {
  if (fields === undefined) logger[level](message);
  else logger[level](listed(fields), message);
}

/** A log of one service, on standard output unless another destination is given. */
export function createLog(service: string, destination?: DestinationStream): Log {
  const options = { base: { service }, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return {
    info: (message, fields) => write(logger, "info", message, fields),
    warn: (message, fields) => write(logger, "warn", message, fields),
    error: (message, fields) => write(logger, "error", message, fields),
  };
}

/** The `code` of an unknown error, if it has one that is short and plain; "unknown" otherwise. */
export function errorCode(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : "unknown";
}
