import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";

/** A file of the archive, as its manifest has it. */
export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Archives hold text, which deflates well at once: a higher level takes thrice the time for a tenth less. */
const COMPRESSION_LEVEL = 3;

/** Writes an archive file by file, each as it is read: nothing of it stays in memory. */
export class ZipWriter {
  readonly #zip = new ZipFile();
  readonly #mtime: Date;
  readonly #files: ManifestFile[] = [];
  readonly #written: Promise<void>;
  #failure: Error | undefined;
  #current: Readable | undefined;

  /** `write` gets the archive's bytes in order. `at`: the time of all its files, in milliseconds of UTC. */
  constructor(write: (chunk: Uint8Array) => Promise<void>, at: number) {
    this.#mtime = new Date(at);
    this.#zip.on("error", (error) => {
      this.#fail(error as Error);
    });
    this.#written = this.#pass(write);
    // Awaited at the end, or by nobody when a file fails first.
    this.#written.catch((error: unknown) => {
      this.#fail(error as Error);
    });
  }

  get files(): readonly ManifestFile[] {
    return this.#files;
  }

  /** Adds a file of these texts; resolves when the last of them is read. Rejects when it or the archive fails. */
  async add(path: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const hash = createHash("sha256");
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const text of texts) {
        const chunk = Buffer.from(text);
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    const readable = Readable.from(counted(), { objectMode: false });
    this.#current = readable;
    this.#zip.addReadStream(readable, path, {
      mtime: this.#mtime,
      mode: 0o100_600,
      compressionLevel: COMPRESSION_LEVEL,
    });
    await once(readable, "end");
    this.#files.push({ path, bytes, sha256: hash.digest("hex") });
  }

  /** Ends the archive; resolves when its last byte is written. */
  async end(): Promise<void> {
    this.#zip.end();
    await this.#written;
  }

  async #pass(write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
    for await (const chunk of this.#zip.outputStream) await write(chunk as unknown as Uint8Array);
  }

  /** Ends what is being read: nobody takes it any more. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#current?.destroy(error);
  }
}
