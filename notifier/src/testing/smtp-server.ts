import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** How a mail server of tests behaves. */
export interface SmtpServerOptions {
  /** PEM of its key and certificate. */
  readonly key: string;
  readonly certificate: string;
  /** Whether TLS begins with a command, with the first byte, or not at all. */
  readonly tls: "starttls" | "implicit" | "none";
  /** Whether it accepts messages; it does unless given. */
  readonly takes?: boolean;
  /** What it answers instead to a command, by its first word, or to a message's end, ".". */
  readonly replies?: Readonly<Record<string, string>>;
}

/** A message that was taken. */
export interface SmtpMessage {
  /** Address of the envelope. */
  readonly to: string;
  readonly lines: readonly string[];
}

/** A mail server of a few words (RFC 5321) on any port of loopback, and the lines that it heard. */
export class SmtpServer {
  /** What came outside of TLS. */
  readonly plain: string[] = [];
  /** What came inside of TLS. */
  readonly secret: string[] = [];
  /** Whole messages that were taken. */
  readonly messages: SmtpMessage[] = [];
  readonly #options: SmtpServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: SmtpServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Resolves when it listens. */
  static async start(options: SmtpServerOptions): Promise<SmtpServer> {
    const server = new SmtpServer(options);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections. */
  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    if (this.#options.tls === "implicit") this.#converse(this.#secured(socket), this.secret);
    else {
      const startTls = (): void => this.#converse(this.#secured(socket), this.secret, undefined, false);
      this.#converse(socket, this.plain, this.#options.tls === "starttls" ? startTls : undefined);
    }
  }

  #secured(socket: Socket): Socket {
    const { key, certificate: cert } = this.#options;
    return new TLSSocket(socket, { isServer: true, key, cert }).on("error", () => undefined);
  }

  #converse(socket: Socket, heard: string[], startTls?: () => void, greets = true): void {
    let to = "";
    let message: string[] | undefined;
    const reply = (line: string): void => {
      if (message !== undefined) {
        if (line !== ".") return void message.push(line);
        const takes = this.#options.takes !== false;
        if (takes) this.messages.push({ to, lines: message });
        message = undefined;
        socket.write(takes ? "250 taken\r\n" : "554 refused\r\n");
      } else if (line.startsWith("EHLO"))
        socket.write(`250-test\r\n${startTls ? "250-STARTTLS\r\n" : ""}250 AUTH PLAIN\r\n`);
      else if (line === "STARTTLS" && !startTls) socket.write("502 no\r\n");
      else if (line === "STARTTLS") {
        socket.removeAllListeners("data");
        socket.write("220 go\r\n", startTls);
      } else if (line.startsWith("AUTH")) socket.write("235 ok\r\n");
      else if (line === "DATA") {
        message = [];
        socket.write("354 go\r\n");
      } else if (line.startsWith("RCPT TO:<")) {
        to = line.slice("RCPT TO:<".length, line.indexOf(">"));
        socket.write("250 ok\r\n");
      } else socket.write("250 ok\r\n");
    };
    const hear = (line: string): void => {
      heard.push(line);
      const other = this.#options.replies?.[line.split(" ")[0] ?? ""];
      if (other === undefined || (message !== undefined && line !== ".")) return reply(line);
      message = undefined;
      socket.write(`${other}\r\n`);
    };
    let rest = "";
    socket.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      lines.forEach(hear);
    });
    if (greets) socket.write("220 test\r\n");
  }
}
