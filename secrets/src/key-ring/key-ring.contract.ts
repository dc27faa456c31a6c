import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyRing, WrappedKey } from "./key-ring.ts";

/** A key ring, a second one as another process has it, and how to clear both away. */
export interface KeyRingPair {
  readonly ring: KeyRing;
  readonly second: KeyRing;
  close(): void | Promise<void>;
}

/** What every key ring must do, whatever keeps the keys. */
export function describeKeyRingContract(name: string, make: () => KeyRingPair | Promise<KeyRingPair>): void {
  describe(name, () => {
    const ada = "ada";
    const bob = "bob";
    let pair: KeyRingPair;
    let ring: KeyRing;
    beforeEach(async () => {
      pair = await make();
      ring = pair.ring;
    });
    afterEach(async () => {
      await pair.close();
    });

    async function generated(owner: string, by = ring): Promise<WrappedKey> {
      const fresh = await by.generate(owner);
      if (fresh === "unknown-owner") throw new Error("no such owner");
      return fresh;
    }

    test("unwraps what it wrapped, and shows nothing of it", async () => {
      await ring.create(ada);
      const { key, wrapped } = await generated(ada);
      expect(key).toHaveLength(32);
      expect(await ring.unwrap(ada, wrapped)).toEqual(key);
      for (const shown of [key, key.toString("base64"), key.toString("hex")])
        expect(wrapped.includes(shown)).toBe(false);
      expect((await generated(ada)).key).not.toEqual(key);
    });

    test("knows no owner before create, and makes none by being asked", async () => {
      const wrapped = randomBytes(64);
      for (let again = 0; again < 2; again++) {
        expect(await ring.generate(ada)).toBe("unknown-owner");
        expect(await ring.unwrap(ada, wrapped)).toBe("unknown-owner");
        expect(await ring.rewrap(ada, wrapped)).toBe("unknown-owner");
        expect(await ring.rotate(ada)).toBe("unknown-owner");
        expect(await ring.version(ada)).toBe("unknown-owner");
      }
      await ring.destroy(ada);
      expect(await ring.owners()).toEqual([]);
    });

    test("a second create keeps the key", async () => {
      await ring.create(ada);
      const { key, wrapped } = await generated(ada);
      await ring.create(ada);
      expect(await ring.unwrap(ada, wrapped)).toEqual(key);
      expect(await ring.version(ada)).toBe(1);
    });

    test("lists who has a key, and under which version", async () => {
      await ring.create(ada);
      await ring.create(bob);
      await ring.rotate(bob);
      expect((await ring.owners()).toSorted()).toEqual([ada, bob]);
      expect([await ring.version(ada), await ring.version(bob)]).toEqual([1, 2]);
    });

    test("one owner's key opens nothing of another", async () => {
      await ring.create(ada);
      await ring.create(bob);
      const { wrapped } = await generated(ada);
      expect(await ring.unwrap(bob, wrapped)).toBe("unreadable");
      expect(await ring.rewrap(bob, wrapped)).toBe("unreadable");
    });

    test("changed bytes are unreadable", async () => {
      await ring.create(ada);
      const { wrapped } = await generated(ada);
      for (const at of [0, 3, 4, wrapped.length >> 1, wrapped.length - 4]) {
        const changed = Buffer.from(wrapped);
        changed[at] = (changed[at] ?? 0) ^ 0x01;
        expect(await ring.unwrap(ada, changed), `byte ${at}`).toBe("unreadable");
        expect(await ring.rewrap(ada, changed), `byte ${at}`).toBe("unreadable");
      }
      expect(await ring.unwrap(ada, Buffer.alloc(0))).toBe("unreadable");
      expect(await ring.unwrap(ada, randomBytes(64))).toBe("unreadable");
      expect(ring.versionOf(Buffer.alloc(0))).toBe(undefined);
    });

    test("rotation wraps anew and still unwraps the old", async () => {
      await ring.create(ada);
      const old = await generated(ada);
      expect(await ring.rotate(ada)).toBe("rotated");
      expect(await ring.version(ada)).toBe(2);
      const fresh = await generated(ada);
      expect(await ring.unwrap(ada, old.wrapped)).toEqual(old.key);
      expect(await ring.unwrap(ada, fresh.wrapped)).toEqual(fresh.key);
      expect([ring.versionOf(old.wrapped), ring.versionOf(fresh.wrapped)]).toEqual([1, 2]);
    });

    test("rewrapping puts the same key under the newest version", async () => {
      await ring.create(ada);
      const { key, wrapped } = await generated(ada);
      for (let i = 0; i < 11; i++) await ring.rotate(ada);
      const again = (await ring.rewrap(ada, wrapped)) as Buffer;
      expect(ring.versionOf(again)).toBe(12);
      expect(await ring.unwrap(ada, again)).toEqual(key);
      expect(await ring.unwrap(ada, wrapped)).toEqual(key);
    });

    test("what is destroyed stays destroyed, also when the owner comes back", async () => {
      await ring.create(ada);
      await ring.create(bob);
      const { wrapped } = await generated(ada);
      await ring.destroy(ada);
      expect(await ring.unwrap(ada, wrapped)).toBe("unknown-owner");
      expect(await ring.owners()).toEqual([bob]);
      await ring.create(ada);
      expect(await ring.unwrap(ada, wrapped)).toBe("unreadable");
      const bobs = await generated(bob);
      expect(await ring.unwrap(bob, bobs.wrapped)).toEqual(bobs.key);
    });

    test("a destroyed key leaves a tombstone, which tells it from a key that is missing", async () => {
      await ring.create(ada);
      await ring.create(bob);
      expect([await ring.isErased(ada), await ring.isErased("nobody")]).toEqual([false, false]);
      await ring.destroy(ada);
      await ring.destroy(ada);
      await ring.destroy("lost");
      expect([await pair.second.isErased(ada), await pair.second.isErased(bob)]).toEqual([true, false]);
      expect((await pair.second.erased()).toSorted()).toEqual([ada, "lost"]);
    });

    test("an owner with a key made after the destruction of the former one is not erased", async () => {
      await ring.create(ada);
      await ring.destroy(ada);
      await ring.create(ada);
      await generated(ada);
      expect([await ring.isErased(ada), await ring.erased()]).toEqual([false, []]);
      await ring.destroy(ada);
      expect(await ring.isErased(ada)).toBe(true);
    });

    test("an installation that it was bound to is not another one", async () => {
      await ring.bind("here");
      await pair.second.bind("there");
      expect(await pair.second.belongsTo("here")).not.toBe("another");
      await ring.create(ada);
      expect(await ring.owners()).toEqual([ada]);
    });

    test("two processes see each other's changes", async () => {
      const { second } = pair;
      await ring.create(ada);
      const { key, wrapped } = await generated(ada);
      expect(await second.unwrap(ada, wrapped)).toEqual(key);
      await second.create(bob);
      await ring.rotate(ada);
      const rotated = await generated(ada);
      expect(await second.unwrap(ada, rotated.wrapped)).toEqual(rotated.key);
      const bobs = await generated(bob, second);
      expect(await ring.unwrap(bob, bobs.wrapped)).toEqual(bobs.key);
      await second.destroy(ada);
      expect(await ring.unwrap(ada, wrapped)).toBe("unknown-owner");
    });
  });
}
