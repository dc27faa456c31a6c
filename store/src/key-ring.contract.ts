import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyRing } from "./key-ring.ts";
import type { OwnerId } from "./owner-view.ts";

/** A key ring, a second one as another process has it, and how to clear both away. */
export interface KeyRingPair {
  readonly ring: KeyRing;
  readonly second: KeyRing;
  close(): void;
}

/** What every key ring must do, whatever keeps the keys. */
export function describeKeyRingContract(name: string, make: () => KeyRingPair): void {
  describe(name, () => {
    const ada = "ada" as OwnerId;
    const bob = "bob" as OwnerId;
    let pair: KeyRingPair;
    let ring: KeyRing;
    beforeEach(() => {
      pair = make();
      ring = pair.ring;
    });
    afterEach(() => {
      pair.close();
    });

    async function wrapped(owner: OwnerId, key: Buffer): Promise<Buffer> {
      const result = await ring.wrap(owner, key);
      if (result === "unknown-owner") throw new Error("no such owner");
      return result;
    }

    test("unwraps what it wrapped, and shows nothing of it", async () => {
      await ring.create(ada);
      const key = randomBytes(32);
      const cover = await wrapped(ada, key);
      expect(await ring.unwrap(ada, cover)).toEqual(key);
      expect(cover.includes(key)).toBe(false);
    });

    test("knows no owner before create", async () => {
      expect(await ring.wrap(ada, randomBytes(32))).toBe("unknown-owner");
      expect(await ring.unwrap(ada, randomBytes(64))).toBe("unknown-owner");
      expect(await ring.rotate(ada)).toBe("unknown-owner");
    });

    test("a second create keeps the key", async () => {
      await ring.create(ada);
      const key = randomBytes(32);
      const cover = await wrapped(ada, key);
      await ring.create(ada);
      expect(await ring.unwrap(ada, cover)).toEqual(key);
    });

    test("one owner's key opens nothing of another", async () => {
      await ring.create(ada);
      await ring.create(bob);
      expect(await ring.unwrap(bob, await wrapped(ada, randomBytes(32)))).toBe("unreadable");
    });

    test("changed bytes are unreadable", async () => {
      await ring.create(ada);
      const cover = await wrapped(ada, randomBytes(32));
      for (const at of [3, 4, cover.length - 1]) {
        const changed = Buffer.from(cover);
        changed[at] = (changed[at] ?? 0) ^ 0x40;
        expect(await ring.unwrap(ada, changed)).toBe("unreadable");
      }
      expect(await ring.unwrap(ada, Buffer.alloc(0))).toBe("unreadable");
    });

    test("rotation wraps anew and still unwraps the old", async () => {
      await ring.create(ada);
      const key = randomBytes(32);
      const old = await wrapped(ada, key);
      expect(await ring.rotate(ada)).toBe("rotated");
      const fresh = await wrapped(ada, key);
      expect(await ring.unwrap(ada, old)).toEqual(key);
      expect(await ring.unwrap(ada, fresh)).toEqual(key);
      expect(fresh.subarray(0, 4)).not.toEqual(old.subarray(0, 4));
    });

    test("what is destroyed stays destroyed, also when the owner comes back", async () => {
      await ring.create(ada);
      await ring.create(bob);
      const key = randomBytes(32);
      const cover = await wrapped(ada, key);
      await ring.destroy(ada);
      expect(await ring.unwrap(ada, cover)).toBe("unknown-owner");
      await ring.create(ada);
      expect(await ring.unwrap(ada, cover)).toBe("unreadable");
      expect(await ring.unwrap(bob, await wrapped(bob, key))).toEqual(key);
    });

    test("two processes see each other's changes", async () => {
      const { second } = pair;
      const key = randomBytes(32);
      await ring.create(ada);
      const cover = await wrapped(ada, key);
      expect(await second.unwrap(ada, cover)).toEqual(key);
      await second.create(bob);
      await ring.rotate(ada);
      expect(await second.unwrap(ada, await wrapped(ada, key))).toEqual(key);
      expect(await ring.unwrap(bob, (await second.wrap(bob, key)) as Buffer)).toEqual(key);
      await second.destroy(ada);
      expect(await ring.unwrap(ada, cover)).toBe("unknown-owner");
    });
  });
}
