/** A stream of bytes to one tag, over any carrier; it contains frames. The adapters open it. */
export interface Link {
  write(bytes: Uint8Array): void;
  /** Bytes that were written and have not left yet. */
  unsentBytes(): number;
  close(): void;
}

/** The receiver of what comes through a link. */
export interface LinkEnd {
  /** Split anywhere; valid only during the call. */
  bytes(bytes: Uint8Array): void;
  /** The link has ended. Called once. */
  closed(): void;
}

/** Accepts a link that was opened. */
export type AcceptLink = (link: Link) => LinkEnd;
