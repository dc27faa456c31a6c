/** A stream of bytes to one tag, whatever carries it; frames are found within. The adapters open it. */
export interface Link {
  write(bytes: Uint8Array): void;
  /** Bytes that were written and have not left yet. */
  unsentBytes(): number;
  close(): void;
}

/** Who hears what comes through a link. */
export interface LinkEnd {
  /** Cut anywhere; valid only during the call. */
  bytes(bytes: Uint8Array): void;
  /** Nothing comes any more. Once. */
  closed(): void;
}

/** Takes a link that was opened. */
export type AcceptLink = (link: Link) => LinkEnd;
