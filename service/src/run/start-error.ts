/** Why a service did not start, in one line. */
export function startErrorLine(error: unknown): string {
  const { code, port, address, message } = error as {
    readonly code?: unknown;
    readonly port?: unknown;
    readonly address?: unknown;
    readonly message?: unknown;
  };
  if (typeof port === "number" && typeof code === "string") return listenError(code, port, String(address));
  return typeof message === "string" && message !== "" ? (message.split("\n")[0] ?? "") : "unknown error";
}

function listenError(code: string, port: number, address: string): string {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is in use`;
    case "EACCES":
      return `port ${port} may not be used by this user`;
    case "EADDRNOTAVAIL":
      return `cannot listen on ${address}: this machine does not have that address`;
    default:
      return `cannot listen on ${address}:${port} (${code})`;
  }
}
