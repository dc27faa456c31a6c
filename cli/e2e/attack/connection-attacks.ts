import type { Attack } from "./attack.ts";
import { must, within } from "./must.ts";
import type { Target } from "./target.ts";
import { closed, dial, silent } from "./wire.ts";

const SILENT = 300;
/** A handshake's deadline is 10 s. */
const CLOSED_MS = 30_000;

async function silentConnections(target: Target): Promise<string> {
  const open = await Promise.all(
    Array.from({ length: SILENT }, (_, index) => {
      const port = index % 2 === 0 ? target.api.port : target.bridge.port;
      return silent(port, `127.9.0.${(index % 8) + 1}`);
    }),
  );
  try {
    must(
      open.filter(({ closed: gone }) => !gone).length > SILENT / 2,
      "they were not let in, so nothing was tried",
    );
    await target.mustServe();
    await within(CLOSED_MS, "closing silent connections", Promise.all(open.map(closed)));
    await target.mustServe();
  } finally {
    for (const socket of open) socket.destroy();
  }
  return "the services closed all; honest clients were served meanwhile and after";
}

async function oldTls({ api, bridge, tags }: Target): Promise<string> {
  const [tag] = tags;
  for (const { port, ca } of [api, bridge]) {
    const old = await dial(port, ca, { maxVersion: "TLSv1.2", cert: tag?.cert, key: tag?.key });
    old?.destroy();
    must(old === undefined, `port ${port} speaks TLS 1.2`);
    const today = await dial(port, ca, { cert: tag?.cert, key: tag?.key });
    must(today !== undefined, "TLS 1.3 was refused too, so nothing was tried");
    today?.destroy();
  }
  return "API and bridge refused the handshake";
}

export const CONNECTION_ATTACKS: readonly Attack[] = [
  { name: "silent-connections", tried: `${SILENT} TCP connections that say nothing`, run: silentConnections },
  { name: "old-tls", tried: "TLS 1.2", run: oldTls },
];
