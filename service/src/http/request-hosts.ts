import type { IncomingMessage } from "node:http";

const HOST = "host";

/** A host without its port (RFC 9112 section 3.2), lower case. */
function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "").toLowerCase();
}

/** The host of a target in absolute form; undefined when the target is a path, "" when it cannot be read. */
function targetHost(url: string): string | undefined {
  if (url.startsWith("/")) return undefined;
  return URL.canParse(url) ? new URL(url).host : "";
}

/** The values of all Host headers. */
export function hostHeaders(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts.push(rawHeaders[i + 1] ?? "");
  }
  return hosts;
}

/**
 * Hosts that a request names, lower case, without ports: its Host headers, of which there may be one (RFC 9112 section 3.2), and
 * the host of a target in absolute form, which goes before them (section 3.2.2). A proxy before us may have believed any of them.
 */
export function requestHosts({
  rawHeaders,
  url = "",
}: Pick<IncomingMessage, "rawHeaders" | "url">): string[] {
  const hosts = hostHeaders(rawHeaders);
  const target = targetHost(url);
  if (target !== undefined) hosts.push(target);
  return hosts.map(withoutPort);
}

/** Whether the request names at least one host, and only these. A page that rebinds its own name to our address sends that name. */
export function namesOnly(
  request: Pick<IncomingMessage, "rawHeaders" | "url">,
  hosts: ReadonlySet<string>,
): boolean {
  const named = requestHosts(request);
  return named.length > 0 && named.every((host) => hosts.has(host));
}
