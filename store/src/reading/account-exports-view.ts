/** An archive of an account. `failed`: it was broken off; ask for another. */
export interface ExportState {
  readonly id: string;
  readonly state: "running" | "ready" | "failed";
  /** Seconds of UTC. */
  readonly createdAt: number;
  /** Plain bytes; 0 until it is ready. */
  readonly bytes: number;
}

/** An archive that is being written. */
export interface OpenExport {
  readonly id: string;
  /** Throws when the archive was erased meanwhile. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes it ready. Throws when it was erased meanwhile. */
  finish(): Promise<void>;
  /** Says that it could not be written. */
  fail(): Promise<void>;
}

/** What an owner asks of archives. */
export interface AccountExportsView {
  /** The id of one that is being written already; `too-many` in a day. */
  beginExport(): Promise<OpenExport | { readonly runningId: string } | "too-many">;
  exportState(id: string): Promise<ExportState | "not-found">;
  /** A block of BLOCK_BYTES of one that is ready; the last may be shorter. */
  readExport(id: string, block: number): Promise<Buffer | "not-found">;
}
