import type { KeyObject } from "node:crypto";
import { Sealer, type SealPlace } from "../sealing/seal.ts";

/** A thing of an account that is sealed under the account's key. */
export interface AccountThing {
  readonly account: string;
  readonly id: string;
  readonly keyId: number;
  /** The ownership that it is about; none when left out. */
  readonly ownership?: number | null;
}

function sealerOf({ account, id, keyId, ownership }: AccountThing, key: KeyObject): Sealer {
  return new Sealer({ text: `${account} ${id}`, number: ownership ?? 0, keyId }, key);
}

/** Seals a value that JSON can say. */
export function sealForAccount(
  thing: AccountThing,
  key: KeyObject,
  place: SealPlace,
  value: unknown,
): Buffer {
  return sealerOf(thing, key).seal(place, Buffer.from(JSON.stringify(value)));
}

/** undefined when the bytes are another thing's, were changed, or there is no key. */
export function openForAccount(
  thing: AccountThing,
  key: KeyObject | undefined,
  place: SealPlace,
  sealed: Buffer,
): unknown {
  const plain = key && sealerOf(thing, key).open(place, sealed);
  return plain === undefined ? undefined : JSON.parse(plain.toString("utf8"));
}
