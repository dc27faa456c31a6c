import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { z } from "zod";

/** The longest message that Standard Webhooks allows. */
const MAX_BYTES = 20_000;

const messageSchema = z.object({
  type: z.string(),
  data: z.object({
    code: z.string().optional(),
    alert: z.string().optional(),
    kind: z.string().optional(),
    tag: z.string().optional(),
    at: z.string().optional(),
  }),
});

/** What a webhook is sent: a code that proves it, or an alert. */
export type WebhookMessage = z.infer<typeof messageSchema>;

/** A webhook on this machine, as somebody else's server would be one. */
export class AlertReceiver {
  readonly #server: Server;
  readonly #onMessage: (message: WebhookMessage) => void;
  /** Of the messages that came: the same id is the same message. */
  readonly #seen = new Set<string>();

  private constructor(server: Server, onMessage: (message: WebhookMessage) => void) {
    this.#server = server;
    this.#onMessage = onMessage;
    server.on("request", (incoming, outgoing) => void this.#take(incoming, outgoing));
  }

  /** `certificate` and `key`, PEM. Resolves when it listens on a port of 127.0.0.1; `onMessage` is told of each message once. */
  static async start(
    { certificate, key }: { readonly certificate: Buffer | string; readonly key: Buffer | string },
    onMessage: (message: WebhookMessage) => void,
  ): Promise<AlertReceiver> {
    const server = createServer({ cert: certificate, key, minVersion: "TLSv1.3" });
    const receiver = new AlertReceiver(server, onMessage);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return receiver;
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const bytes = await readUpTo(incoming, MAX_BYTES);
    const message = bytes && messageSchema.safeParse(parsed(bytes)).data;
    outgoing.writeHead(message === undefined ? 400 : 204).end();
    const id = String(incoming.headers["webhook-id"] ?? "");
    if (message === undefined || this.#seen.has(id)) return;
    this.#seen.add(id);
    this.#onMessage(message);
  }
}

/** The body; undefined when it is longer, or its sender has gone. */
async function readUpTo(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The sender tries again; whether this request was whole does not matter.
    return undefined;
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
