import { request, type Agent } from "node:https";
import { connect as connectTcp, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { within } from "./must.ts";

/** Longest wait for one answer on a busy machine. */
export const ANSWER_MS = 120_000;

/** Answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request. `from` is a source address of 127.0.0.0/8. */
export interface Ask {
  readonly token?: string | undefined;
  /** Sent as it stands. */
  readonly body?: string | Buffer | undefined;
  readonly from?: string;
  readonly headers?: Record<string, string>;
  /** Keeps the connection; without it each request has its own. */
  readonly agent?: Agent;
}

/** Where the API is. */
export interface Api {
  readonly port: number;
  readonly ca: string;
}

/** Sends a request on a connection of its own. `path` below /v1. */
export function ask(api: Api, method: string, path: string, asked: Ask = {}): Promise<Answer> {
  const { token, body, from = "127.0.0.1", headers = {}, agent = false } = asked;
  const all = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    }),
    ...headers,
  };
  const where = { host: "127.0.0.1", port: api.port, servername: "localhost", ca: api.ca };
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({
      ...{ ...where, localAddress: from, agent, method, path: `/v1${path}` },
      headers: { host: `localhost:${api.port}`, ...all },
    });
    sent.once("response", resolve);
    sent.once("error", reject);
    sent.end(body);
  });
  return within(ANSWER_MS, `${method} ${path}`, answer.then(whole));
}

async function whole(answer: IncomingMessage): Promise<Answer> {
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
}

/** A TCP connection that says nothing. Resolves when it is open or refused. */
export function silent(port: number, from: string): Promise<Socket> {
  const socket = connectTcp({ host: "127.0.0.1", port, localAddress: from });
  socket.on("error", () => undefined);
  socket.resume();
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(socket));
    socket.once("close", () => resolve(socket));
  });
}

/** A TLS connection; undefined when it is refused. */
export function dial(
  port: number,
  ca: string,
  options: ConnectionOptions & { localAddress?: string } = {},
): Promise<TLSSocket | undefined> {
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca, ...options });
  socket.on("error", () => undefined);
  const opened = new Promise<TLSSocket | undefined>((resolve) => {
    socket.once("secureConnect", () => resolve(socket));
    socket.once("close", () => resolve(undefined));
  });
  return within(ANSWER_MS, "a TLS handshake", opened);
}

/** Resolves when the connection is gone. */
export function closed(socket: Socket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Sends bytes as they are; what comes until the other side hangs up. */
export async function exchange(socket: Socket, bytes: string): Promise<string> {
  let received = "";
  socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
  socket.write(Buffer.from(bytes, "latin1"));
  await within(ANSWER_MS, "the end of a connection", closed(socket));
  return received;
}
