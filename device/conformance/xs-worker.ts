import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** What XS counted during an evaluation, and its heap after it. */
interface XsMeter {
  readonly currentHeapCount: number;
  readonly compute: number;
  readonly allocate: number;
}

export interface XsResult {
  readonly reply: string;
  readonly meter: XsMeter;
  /** What the script passed to `issueCommand`, joined. */
  readonly issued: string;
}

/** Live memory after a collection, from a snapshot. */
export interface XsHeap {
  readonly slots: number;
  readonly chunkBytes: number;
}

interface Waiting {
  readonly resolve: (result: XsResult) => void;
  readonly reject: (error: Error) => void;
}

const COLON = 58;

/** Speaks the netstring protocol of xsnap-worker over its descriptors 3 and 4; snapshots come over 7. */
export class XsWorker {
  readonly #process: ChildProcess;
  readonly #to: Writable;
  readonly #snapshot: Readable;
  readonly #waiting: Waiting[] = [];
  #snapshotBytes: Buffer[] = [];
  #received = Buffer.alloc(0);
  #issued: Buffer[] = [];

  /** Starts the program at `path`; an unlimited meter. */
  constructor(path: string) {
    const pipe = "pipe" as const;
    this.#process = spawn(path, ["purrimeter"], {
      stdio: ["ignore", "inherit", "inherit", pipe, pipe, "ignore", "ignore", pipe],
    });
    const pipes: readonly unknown[] = this.#process.stdio;
    this.#to = pipes[3] as Writable;
    this.#snapshot = pipes[7] as Readable;
    (pipes[4] as Readable).on("data", (bytes: Buffer) => this.#take(bytes));
    this.#snapshot.on("data", (bytes: Buffer) => this.#snapshotBytes.push(bytes));
    this.#process.on("exit", (code, signal) => this.#fail(`xsnap-worker ended: ${signal ?? code}`));
    this.#process.on("error", (error) => this.#fail(error.message));
  }

  /** Evaluates a script; rejects with what it throws. Commands that it issues are answered with nothing. */
  evaluate(code: string): Promise<XsResult> {
    return this.#send(`e${code}`);
  }

  /** Collects garbage, and measures what remains. */
  async heap(): Promise<XsHeap> {
    this.#snapshotBytes = [];
    const { reply } = await this.#send("w@7");
    const size = Number(reply);
    while (this.#snapshotBytes.reduce((sum, part) => sum + part.length, 0) < size) {
      await new Promise((resolve) => this.#snapshot.once("data", resolve));
    }
    return heapOf(Buffer.concat(this.#snapshotBytes));
  }

  close(): void {
    this.#process.removeAllListeners("exit");
    this.#process.kill();
  }

  #send(message: string): Promise<XsResult> {
    this.#issued = [];
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#write(Buffer.from(message));
    });
  }

  #write(body: Buffer): void {
    this.#to.write(Buffer.concat([Buffer.from(`${body.length}:`), body, Buffer.from(",")]));
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(COLON);
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#received.toString("latin1", 0, colon));
      if (this.#received.length <= end) return;
      this.#onMessage(this.#received.subarray(colon + 1, end));
      this.#received = this.#received.subarray(end + 1);
    }
  }

  #onMessage(message: Buffer): void {
    const body = message.subarray(1);
    switch (String.fromCharCode(message[0] ?? 0)) {
      case "?":
        this.#issued.push(Buffer.from(body));
        return this.#write(Buffer.from("/"));
      case ".":
        return this.#waiting.shift()?.resolve(this.#result(body));
      case "!":
        return this.#waiting.shift()?.reject(new Error(body.toString()));
      default:
        return this.#fail("xsnap-worker sent an unknown message");
    }
  }

  #result(body: Buffer): XsResult {
    const separator = body.indexOf(1);
    const meter = JSON.parse(body.toString("utf8", 0, separator)) as XsMeter;
    const issued = Buffer.concat(this.#issued).toString();
    return { reply: body.toString("utf8", separator + 1), meter, issued };
  }

  #fail(reason: string): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error(reason));
  }
}

/** Bytes of a slot in a 64-bit build of XS; a board's has 16. */
const SLOT_BYTES = 32;

/** Reads the sizes of a snapshot's atoms: length and name, as in QuickTime. */
function heapOf(snapshot: Buffer): XsHeap {
  let slots = 0;
  let chunkBytes = 0;
  let offset = 8;
  while (offset + 8 <= snapshot.length) {
    const size = snapshot.readUInt32BE(offset);
    const name = snapshot.toString("latin1", offset + 4, offset + 8);
    if (name === "BLOC") chunkBytes = size - 8;
    if (name === "HEAP") slots = (size - 8) / SLOT_BYTES;
    offset += size;
  }
  return { slots, chunkBytes };
}
