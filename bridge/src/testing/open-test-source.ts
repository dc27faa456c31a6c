import { asUnixSeconds, type TagId, type UnixSeconds } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createAedesSource, type AedesSource, type AedesSourceOptions } from "../broker/aedes-source.ts";
import type { SecurityEvent, SecurityEventCause } from "../broker/security-event.ts";
import { RecordingSink } from "./recording-sink.ts";
import type { TlsFiles } from "../broker/tls-context.ts";

export interface TestSource {
  readonly source: AedesSource;
  readonly sink: RecordingSink;
  readonly port: number;
  /** Of the second listener, when the changes ask for one. */
  readonly tls12Port: number | undefined;
  /** "event" or "event tag", in order. */
  readonly events: string[];
  /** Of those events that have one. */
  readonly causes: SecurityEventCause[];
}

export function utcNow(): UnixSeconds {
  return asUnixSeconds(Math.floor(Date.now() / 1000)) ?? (0 as UnixSeconds);
}

/** An Aedes source on a port of its own, with a sink and the security events that it tells of. */
export async function openTestSource(
  tls: TlsFiles,
  changes: Partial<AedesSourceOptions> = {},
  sink = new RecordingSink(),
): Promise<TestSource> {
  const events: string[] = [];
  const causes: SecurityEventCause[] = [];
  const source = createAedesSource({
    host: "127.0.0.1",
    port: 0,
    tls,
    now: utcNow,
    time: systemTime,
    onSecurityEvent: (event: SecurityEvent, tag?: TagId, cause?: SecurityEventCause) => {
      events.push(tag === undefined ? event : `${event} ${tag}`);
      if (cause !== undefined) causes.push(cause);
    },
    ...changes,
  });
  const { port, tls12Port } = await source.open(sink);
  return { source, sink, port, tls12Port, events, causes };
}
