import type { KeyFault } from "./key-cache.ts";

/** Something cannot be written or read because the key that it needs is not there. The message names no person. */
export class MissingKeyError extends Error {
  override readonly name = "MissingKeyError";
  readonly code: "KEY_MISSING" | "KEY_UNREADABLE" | "KEY_ERASED";

  constructor(fault: KeyFault) {
    super(`a key that is needed is ${fault}`);
    this.code = ({ missing: "KEY_MISSING", unreadable: "KEY_UNREADABLE", erased: "KEY_ERASED" } as const)[
      fault
    ];
  }
}
