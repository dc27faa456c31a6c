import type { TestCertificates } from "@purrimeter/service/testing/test-certificates";
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request as the receiver had it. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the receiver does with an answer; the request has been read. */
export type Answering = (outgoing: ServerResponse) => void;

/** Somebody's endpoint over real TLS on loopback, for localhost. */
export class TestReceiver {
  readonly received: Received[] = [];
  /** Connections that were made. */
  connections = 0;
  answering: Answering = (outgoing) => outgoing.writeHead(204).end();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ServerOptions) {
    this.#server = createServer(options, (incoming, outgoing) => void this.#take(incoming, outgoing));
    this.#server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket.on("close", () => this.#sockets.delete(socket)));
    });
    this.#server.on("tlsClientError", () => undefined);
  }

  /** Resolves when it listens. `name`: of its certificate; each once. */
  static async start(
    certificates: TestCertificates,
    name: string,
    tls: ServerOptions = {},
  ): Promise<TestReceiver> {
    const { key, certificate } = await certificates.identity(name);
    const receiver = new TestReceiver({ key, cert: certificate, ...tls });
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `https://localhost:${this.port}/hook`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  async #take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method, url, headers } = incoming;
    const body = await buffer(incoming);
    this.received.push({ method, url, headers, body });
    this.answering(outgoing);
  }
}
