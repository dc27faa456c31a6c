import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { GCM_OVERHEAD_BYTES, openBytes, sealBytes } from "@purrimeter/secrets/aes-gcm";

/** Plain bytes of a block. Blocks are sealed one by one, so that a reader may begin anywhere. */
export const BLOCK_BYTES = 65_536;
const SEALED_BLOCK_BYTES = BLOCK_BYTES + GCM_OVERHEAD_BYTES;

/** The key of one file, from the owner's sealing key (HKDF-SHA256, RFC 5869): destroying that makes the file unreadable. */
export function fileKey(sealingKey: KeyObject, id: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", sealingKey.export(), id, "purrimeter export", 32)));
}

/** Which block of which file: a block that was moved does not open. That the last one is there the file's length says. */
function about(id: string, block: number): Buffer {
  return Buffer.from(`export ${id} ${block}`);
}

/** Writes a sealed file, in order. */
export class SealedFileWriter {
  readonly #file: FileHandle;
  readonly #key: KeyObject;
  readonly #id: string;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #blocks = 0;
  #bytes = 0;

  constructor(file: FileHandle, key: KeyObject, id: string) {
    this.#file = file;
    this.#key = key;
    this.#id = id;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#waiting.push(Buffer.from(chunk));
    this.#waitingBytes += chunk.length;
    this.#bytes += chunk.length;
    if (this.#waitingBytes < BLOCK_BYTES) return;
    const all = Buffer.concat(this.#waiting);
    let from = 0;
    for (; all.length - from >= BLOCK_BYTES; from += BLOCK_BYTES)
      await this.#seal(all.subarray(from, from + BLOCK_BYTES));
    this.#waiting = [all.subarray(from)];
    this.#waitingBytes = all.length - from;
  }

  /** Waits until all is on disk; the number of plain bytes. */
  async end(): Promise<number> {
    if (this.#waitingBytes > 0) await this.#seal(Buffer.concat(this.#waiting));
    await this.#file.sync();
    await this.#file.close();
    return this.#bytes;
  }

  async #seal(plain: Buffer): Promise<void> {
    const sealed = sealBytes(this.#key, plain, about(this.#id, this.#blocks));
    await this.#file.write(sealed, 0, sealed.length, this.#blocks * SEALED_BLOCK_BYTES);
    this.#blocks++;
  }
}

/** One block of a sealed file of so many plain bytes. Throws when it was changed, moved or cut off. */
export async function readSealedBlock(
  file: FileHandle,
  key: KeyObject,
  { id, bytes, block }: { readonly id: string; readonly bytes: number; readonly block: number },
): Promise<Buffer> {
  const plainBytes = Math.min(BLOCK_BYTES, bytes - block * BLOCK_BYTES);
  const sealed = Buffer.alloc(plainBytes + GCM_OVERHEAD_BYTES);
  const { bytesRead } = await file.read(sealed, 0, sealed.length, block * SEALED_BLOCK_BYTES);
  const plain = openBytes(key, sealed.subarray(0, bytesRead), about(id, block));
  if (plain?.length !== plainBytes) throw new Error("an export does not open: it was changed or cut off");
  return plain;
}
