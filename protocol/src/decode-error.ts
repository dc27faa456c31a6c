/** Why bytes cannot be decoded. The names are stable: they are stored, counted and sent back to the tag. */
export type DecodeReason =
  | "empty"
  | "oversized"
  | "truncated"
  | "trailing-bytes"
  | "not-canonical"
  | "wrong-type"
  | "unknown-version"
  | "missing-field"
  | "unknown-field"
  | "out-of-range"
  | "too-many";

/** Why bytes cannot be decoded, in which field, and where. */
export interface DecodeError {
  readonly reason: DecodeReason;
  /** Name of the field in docs/wire.md, or "message". */
  readonly field: string;
  /** Byte at which reading stopped. */
  readonly offset: number;
}

export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DecodeError };
