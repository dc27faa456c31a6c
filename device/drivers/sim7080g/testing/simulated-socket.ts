import { connect, type TLSSocket } from "node:tls";
import { modemTimeMs } from "./modem-time.ts";

/** The modem's settings before AT+CAOPEN; PEM, "" when not set. */
export interface SocketIdentity {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  readonly sni: string;
}

/** Events of the socket. */
export interface SocketListener {
  /** AT+CAOPEN's result, once. */
  opened(result: number): void;
  /** Data can be read, where there was none. */
  announced(): void;
  /** The other end closed. */
  closed(): void;
}

/** Results of AT+CAOPEN. */
const OPENED = 0;
const REFUSED = 23;
const EXPIRED = 24;
const OTHER_NAME = 25;
const NOT_CONNECTED = 27;

/** A TLS 1.2 client behind AT+CAOPEN, which is real. */
export class SimulatedSocket {
  private readonly socket: TLSSocket;
  private readonly listener: SocketListener;
  private inbox: Buffer = Buffer.alloc(0);
  private hasAnnounced = false;
  private hasResult = false;
  private isLeft = false;

  /** `port`: the port to which connections to `host` go. `clock`: the modem's time in the format of AT+CCLK. */
  constructor(host: string, port: number, identity: SocketIdentity, clock: string, listener: SocketListener) {
    const { authority: ca, certificate: cert, key, sni: servername } = identity;
    this.listener = listener;
    const own = cert === "" ? {} : { cert, key };
    const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
    this.socket = connect({
      ...{ host: "127.0.0.1", port, servername },
      ...own,
      ...versions,
      ca: ca === "" ? [] : ca,
    });
    this.socket.once("secureConnect", () =>
      this.opened(host === servername ? judge(this.socket, clock) : OTHER_NAME),
    );
    this.socket.once("error", (error: NodeJS.ErrnoException) => this.opened(resultOf(error)));
  }

  get isGone(): boolean {
    return this.socket.destroyed;
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** At most `most` bytes of what was received. */
  read(most: number): Buffer {
    const bytes = this.inbox.subarray(0, most);
    this.inbox = this.inbox.subarray(bytes.length);
    this.hasAnnounced = this.inbox.length > 0;
    return bytes;
  }

  /** The other end breaks off without closing. */
  break(): void {
    this.socket.destroy();
  }

  /** No more events; what was written is still sent. */
  leave(): void {
    this.isLeft = true;
    this.socket.end();
    this.socket.on("error", () => undefined);
  }

  private opened(result: number): void {
    // An error of an established session is its end, and no second result.
    if (this.isLeft || this.hasResult) return;
    this.hasResult = true;
    if (result === OPENED) this.listen();
    this.listener.opened(result);
  }

  private listen(): void {
    this.socket.on("error", () => undefined);
    this.socket.on("data", (bytes: Buffer) => this.came(bytes));
    this.socket.once("close", () => {
      if (!this.isLeft) this.listener.closed();
    });
  }

  private came(bytes: Buffer): void {
    if (this.isLeft) return;
    this.inbox = Buffer.concat([this.inbox, bytes]);
    if (!this.hasAnnounced) this.listener.announced();
    this.hasAnnounced = true;
  }
}

/** The modem's own clock decides whether the bridge's certificate is valid. */
function judge(socket: TLSSocket, clock: string): number {
  const { valid_from: from, valid_to: to } = socket.getPeerCertificate();
  const nowMs = modemTimeMs(clock);
  return Date.parse(from) <= nowMs && nowMs <= Date.parse(to) ? OPENED : EXPIRED;
}

function resultOf({ code }: NodeJS.ErrnoException): number {
  if (code === "CERT_HAS_EXPIRED") return EXPIRED;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return OTHER_NAME;
  return code === "ECONNREFUSED" ? NOT_CONNECTED : REFUSED;
}
