import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { Duplex } from "node:stream";
import { join } from "node:path";
import { createServer, type Server, type TlsOptions, type TLSSocket } from "node:tls";
import { message } from "../../../core/uplink/uplink.contract.ts";
import { decodeReport } from "@purrimeter/protocol/report";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { Aedes } from "aedes";

/** Certificates of one authority, made by the openssl of this machine. */
export class TestAuthority {
  readonly folder: string;
  readonly certificate: string;

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), "authority-"));
    this.#openssl("req", "-x509", ...EC, "-keyout", "ca.key", "-out", "ca.pem", "-subj", `/CN=${name}`);
    this.certificate = this.#text("ca.pem");
  }

  /** Key and certificate in PEM. */
  issue(
    name: string,
    usage: "serverAuth" | "clientAuth",
    san = "DNS:localhost,IP:127.0.0.1",
  ): { key: string; cert: string } {
    const extensions = `basicConstraints=critical,CA:FALSE\nextendedKeyUsage=${usage}\nsubjectAltName=${san}\n`;
    writeFileSync(join(this.folder, "extensions"), extensions);
    this.#openssl("req", "-new", ...EC, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", `/CN=${name}`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"];
    this.#openssl("x509", "-req", "-in", "leaf.csr", "-out", "leaf.pem", "-days", "20", ...by);
    return { key: this.#text("leaf.key"), cert: this.#text("leaf.pem") };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }

  #text(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Aedes behind a TLS server. */
export class TestBroker {
  /** What clients published, including their wills. */
  readonly received: string[] = [];
  readonly resumed: boolean[] = [];
  readonly subscriptions = new Set<string>();
  readonly server: Server;
  port = 0;
  readonly #broker: Aedes;
  readonly #sockets = new Set<TLSSocket>();
  readonly #swallows: (() => void)[] = [];

  private constructor(broker: Aedes, options: TlsOptions) {
    this.#broker = broker;
    this.server = createServer({ requestCert: true, rejectUnauthorized: true, ...options }, (socket) => {
      this.#sockets.add(socket);
      this.resumed.push(socket.isSessionReused());
      socket.on("error", () => undefined);
      this.#broker.handle(this.#heldBy(socket));
    });
    broker.on("subscribe", (subscriptions) => {
      for (const { topic } of subscriptions) this.subscriptions.add(topic);
    });
    broker.on("publish", (packet, client) => {
      if (client !== null) this.received.push(message(packet.topic, packet.payload as Buffer));
    });
  }

  /** Kinds of the entries in all reports of the tag that came; "unreadable" for a report that cannot be decoded. */
  entryKinds(tag: TagId): string[] {
    const prefix = `${topicOf(tag, "report")}=`;
    const reports = this.received.filter((line) => line.startsWith(prefix));
    return reports.flatMap((line) => {
      const report = decodeReport(Buffer.from(line.slice(prefix.length), "hex"));
      return report.ok ? report.value.entries.map(({ kind }) => kind) : ["unreadable"];
    });
  }

  static async listen(options: TlsOptions): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker(), options);
    broker.server.listen(0, "127.0.0.1");
    await once(broker.server, "listening");
    broker.port = (broker.server.address() as AddressInfo).port;
    return broker;
  }

  send(topic: string, payload: Uint8Array): void {
    const packet = { cmd: "publish" as const, topic, payload: Buffer.from(payload), qos: 1 as const };
    this.#broker.publish({ ...packet, dup: false, retain: false }, () => undefined);
  }

  /** The sessions of now stay open, and nothing of them comes or goes any more. */
  swallow(): void {
    for (const swallow of this.#swallows.splice(0)) swallow();
  }

  /** A stream between socket and broker that can be made to swallow. */
  #heldBy(socket: TLSSocket): Duplex {
    let isSwallowing = false;
    const held = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _, done) => {
        if (!isSwallowing && socket.writable) socket.write(chunk);
        done();
      },
      destroy: (error, done) => {
        if (!isSwallowing) socket.destroy();
        done(error);
      },
    });
    socket.on("data", (chunk: Buffer) => void (isSwallowing || held.push(chunk)));
    socket.on("close", () => void (isSwallowing || held.destroy()));
    this.#swallows.push(() => (isSwallowing = true));
    return held;
  }

  breakSessions(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.breakSessions();
    await new Promise((resolve) => this.server.close(resolve));
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
  }
}
