import { createTestCertificates, type TestCertificates } from "@purrimeter/service/testing/test-certificates";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A message as a receiver had it. */
export interface ReceivedMessage {
  /** Path without the leading slash: the test's name for the endpoint. */
  readonly at: string;
  /** By which a person would be shown it once. */
  readonly id: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** How a receiver answers, after it has kept the message: a status, or nothing at all. */
export type Behaviour = (message: ReceivedMessage) => number | "hang";

/** Endpoints of other people over real TLS on loopback: webhooks, a push service and an ntfy server in one. */
export class AlertReceivers {
  readonly messages: ReceivedMessage[] = [];
  readonly authority: string;
  behave: Behaviour = () => 204;
  readonly #server: Server;

  private constructor(server: Server, { authority }: TestCertificates) {
    this.#server = server;
    this.authority = authority;
    server.on("request", (incoming, outgoing) => void this.#take(incoming, outgoing));
  }

  /** Resolves when it listens. */
  static async start(): Promise<AlertReceivers> {
    const certificates = await createTestCertificates();
    const { key, certificate } = await certificates.identity("receiver");
    const receivers = new AlertReceivers(createServer({ key, cert: certificate }), certificates);
    receivers.#server.listen(0, "127.0.0.1");
    await once(receivers.#server, "listening");
    return receivers;
  }

  urlOf(endpoint: string): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}/${endpoint}`;
  }

  /** Messages of one endpoint. */
  of(endpoint: string): readonly ReceivedMessage[] {
    return this.messages.filter(({ at }) => at === endpoint);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return;
    const { headers, url = "/" } = incoming;
    const message = { at: url.slice(1), id: idOf(headers), headers, body };
    this.messages.push(message);
    const answer = this.behave(message);
    if (answer !== "hang") outgoing.writeHead(answer).end();
  }
}

function idOf(headers: IncomingMessage["headers"]): string {
  const id = headers["webhook-id"] ?? headers["x-message-id"];
  return typeof id === "string" ? id : "";
}
