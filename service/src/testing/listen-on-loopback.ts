import { PUBLIC_HTTP_LIMITS } from "../http/http-limits.ts";
import { listen } from "../http/listen.ts";
import type { Fetch, Listening, ListenOptions } from "../http/listen.ts";
import { SECURITY_HEADERS } from "../http/security-headers.ts";
import { systemTime } from "../time/system-time.ts";

/** Listens on any port of 127.0.0.1 as a service for the public does, with some options changed. */
export function listenOnLoopback(
  fetch: Fetch,
  identity: Pick<ListenOptions, "certificate" | "key">,
  changes: Partial<ListenOptions> = {},
): Promise<Listening> {
  const { certificate, key } = identity;
  return listen(fetch, {
    ...{
      host: "127.0.0.1",
      port: 0,
      certificate,
      key,
      limits: PUBLIC_HTTP_LIMITS,
      headers: SECURITY_HEADERS,
    },
    time: systemTime,
    onRefused: () => undefined,
    ...changes,
  });
}
