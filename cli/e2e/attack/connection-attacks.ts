import type { Socket } from "node:net";
import { until } from "../running-purrimeter.ts";
import type { Attack } from "./attack.ts";
import { establishedFrom } from "./established-from.ts";
import { must, within } from "./must.ts";
import { mustStore } from "./mqtt.ts";
import type { Target } from "./target.ts";
import { closed, dial, silent } from "./wire.ts";

/** As `until`, three times as long: 30 s are a deadline of the services', which a busy machine notices late. */
function untilSlow(condition: () => boolean): Promise<void> {
  const again = (): Promise<void> => until(condition);
  return until(condition).catch(again).catch(again);
}

const SILENT = 300;
/** A handshake's deadline is 10 s; the rest is for a slow machine. */
const CLOSED_MS = 120_000;
/** One that was refused does not live so long. */
const LET_IN_MS = 1_000;

async function silentConnections(target: Target): Promise<string> {
  const open: Socket[] = [];
  let refused = 0;
  const connect = async (index: number): Promise<void> => {
    const port = index % 2 === 0 ? target.api.port : target.bridge.port;
    const socket = await silent(port, `127.9.0.${(index % 8) + 1}`);
    const beganMs = performance.now();
    open.push(socket);
    void closed(socket).then(() => (refused += performance.now() - beganMs < LET_IN_MS ? 1 : 0));
  };
  try {
    await Promise.all(Array.from({ length: SILENT }, (_, index) => connect(index)));
    await target.mustServe();
    await within(CLOSED_MS, "closing silent connections", Promise.all(open.map(closed)));
    await target.mustServe();
    must(refused < SILENT / 2, `${refused} were not let in, so nothing was tried`);
  } finally {
    for (const socket of open) socket.destroy();
  }
  return "the services closed all; honest clients were served meanwhile and after";
}

const KEPT = 400;
/** Of one address. */
const MOST_AT_API = 128;
const KEPT_FROM = "127.9.1.1";
const AT_ONCE = 20;

/** Opens TLS connections until `count` were tried; those that were let in are added to `kept`. */
async function keepOf(count: number, kept: Socket[], open: () => Promise<Socket | undefined>): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let tried = 0; tried < count / AT_ONCE; tried++) {
      const socket = await open();
      if (socket !== undefined) kept.push(socket);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function keptAtApi(target: Target): Promise<string> {
  const host = `Host: localhost:${target.api.port}\r\n\r\n`;
  const kept: Socket[] = [];
  // They would be ended as idle after 30 s.
  const refresh = setInterval(() => {
    for (const socket of kept) if (socket.writable) socket.write(`GET /v1/health HTTP/1.1\r\n${host}`);
  }, 2_000);
  try {
    await keepOf(KEPT, kept, async () => {
      const socket = await dial(target.api.port, target.api.ca, { localAddress: KEPT_FROM });
      return socket?.resume();
    });
    must(kept.length > 1, "none was let in, so nothing was tried");
    const open = establishedFrom(KEPT_FROM, target.api.port);
    must(open <= MOST_AT_API, `one address holds ${open} connections, not ${MOST_AT_API} at most`);
    await target.mustServe();
    return `${open} of ${KEPT} were let in, an honest client at another address was served`;
  } finally {
    clearInterval(refresh);
    for (const socket of kept) socket.destroy();
  }
}

async function keptAtBridge(target: Target): Promise<string> {
  const { cert, key } = await target.tag("kuno");
  const { port, ca } = target.bridge;
  const tried: Socket[] = [];
  try {
    await keepOf(KEPT, tried, async () =>
      (await dial(port, ca, { cert, key, localAddress: "127.9.1.2" }))?.resume(),
    );
    must(tried.length > 1, "none was let in, so nothing was tried");
    // Each new one ends the one before; a client's socket learns so later.
    const open = (): number => tried.filter(({ closed: gone }) => !gone).length;
    await untilSlow(() => open() <= 1).catch(() =>
      must(false, `${open()} connections of one tag stayed open`),
    );
    await mustStore(target.bridge, await target.tag("felix"), 5);
  } finally {
    for (const socket of tried) socket.destroy();
  }
  return `at most one of ${tried.length} stayed open, another tag was served`;
}

const PIPELINES = 20;
const PIPELINED = 200;
const UNREAD_FROM = "127.9.2.1";

async function unreadPipelines(target: Target): Promise<string> {
  const { port, ca } = target.api;
  const request = `GET /v1/openapi.json HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
  const sockets: Socket[] = [];
  try {
    for (let count = 0; count < PIPELINES; count++) {
      const socket = await dial(port, ca, { localAddress: UNREAD_FROM });
      if (socket === undefined) continue;
      sockets.push(socket.pause());
      socket.write(request.repeat(PIPELINED));
    }
    must(sockets.length > 0, "none was let in, so nothing was tried");
    await target.mustServe();
    const left = (): number => establishedFrom(UNREAD_FROM, port);
    await untilSlow(() => left() === 0).catch(() => must(false, `${left()} of them were kept`));
    await target.mustServe();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return "the API closed all; honest clients were served meanwhile and after";
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
  { name: "kept-at-api", tried: `${KEPT} TLS connections of one address to the API`, run: keptAtApi },
  { name: "old-tls", tried: "TLS 1.2", run: oldTls },
];

/** Most of their time is a wait for deadlines of the services. */
export const WAITING_ATTACKS: readonly Attack[] = [
  { name: "silent-connections", tried: `${SILENT} TCP connections that say nothing`, run: silentConnections },
  {
    name: "kept-at-bridge",
    tried: `${KEPT} TLS connections of one tag without a session`,
    run: keptAtBridge,
  },
  {
    name: "unread-pipelines",
    tried: `${PIPELINES} connections with ${PIPELINED} requests each, no answer read`,
    run: unreadPipelines,
  },
];
