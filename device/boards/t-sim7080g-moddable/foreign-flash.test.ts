import { Firmware } from "../../core/firmware.ts";
import type { Ports } from "../../core/ports.ts";
import { BUILT_AT_S, Cloud, nmea, NOON_S, TAG } from "../../core/testing/tag-rig.ts";
import { decodeAck, encodeAck } from "@purrimeter/protocol/ack";
import { topicOf } from "@purrimeter/protocol/topics";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PartitionFlash, type Partition } from "./partition-flash.ts";

const BLOCK_BYTES = 512;
const BLOCKS = 24;
const SIZE = BLOCK_BYTES * BLOCKS;

/** NOR flash with something in it. */
class Cells implements Partition {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  status(): { size: number; blockLength: number; writeAlign: number } {
    return { size: this.bytes.length, blockLength: BLOCK_BYTES, writeAlign: 4 };
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    buffer.set(this.bytes.subarray(byteOffset, byteOffset + buffer.length));
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    buffer.forEach((byte, i) => (this.bytes[byteOffset + i]! &= byte));
  }

  eraseBlock(start: number, end = start + 1): void {
    this.bytes.fill(255, start * BLOCK_BYTES, end * BLOCK_BYTES);
  }
}

/** Starts a tag on this flash, lets it take `fixes` fixes and reports them; gives what the cloud has and what the tag still holds. */
function live(
  cells: Cells,
  fixes: number,
  seed: number,
  cloud = new Cloud(),
): { cloud: Cloud; pending: number } {
  let nowMs = 0;
  let utcS = 0;
  const ports: Ports = {
    flash: new PartitionFlash(cells),
    clock: { monotonicMs: () => nowMs, utcS: () => utcS, setUtcS: (s) => (utcS = s) },
    gnss: { start: () => undefined, stop: () => undefined },
    uplink: {
      connect: () => undefined,
      disconnect: () => undefined,
      publish: (topic, bytes) => {
        if (topic === topicOf(TAG, "report")) answers.push(encodeAck(cloud.take(bytes)));
        return true;
      },
    },
    indicator: { buzz: () => undefined, light: () => undefined },
    battery: { percent: () => 50 },
  };
  const answers: Uint8Array[] = [];
  const firmware = new Firmware(ports, { tag: TAG, firmware: "1.0.0", seed, builtAtS: BUILT_AT_S });
  firmware.start();
  firmware.uplinkUp();
  for (let i = 0; i < fixes; i++) {
    nowMs += 60_000;
    firmware.wake();
    const bytes = nmea(NOON_S + nowMs / 1_000, 52 + i * 1e-5, 5);
    firmware.gnssBytes(bytes, bytes.length);
    nowMs += 600_000;
    firmware.wake();
    for (const answer of answers.splice(0)) {
      expect(decodeAck(answer).ok).toBe(true);
      firmware.message(topicOf(TAG, "ack"), answer);
    }
  }
  return { cloud, pending: firmware.stats.pending };
}

const erased = (): Uint8Array => new Uint8Array(SIZE).fill(255);

describe("a board boots, journals and reports", () => {
  it.each<[string, () => Uint8Array]>([
    ["on an empty flash", erased],
    ["on one of zeros", () => new Uint8Array(SIZE)],
    ["on another program's", () => Uint8Array.from({ length: SIZE }, (_, i) => (i * 167 + (i >> 8)) & 255)],
    ["on text", () => Uint8Array.from({ length: SIZE }, (_, i) => "purrimeter ".charCodeAt(i % 11))],
    ["on one that is half erased", () => erased().fill(0, 0, SIZE / 2 + 100)],
  ])("%s", (_what, content) => {
    const { cloud, pending } = live(new Cells(content()), 12, 1);
    expect(cloud.stored.size).toBeGreaterThan(12);
    expect(pending).toBe(0);
  });

  it("on whatever is in its flash", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: SIZE, maxLength: SIZE }), (content) => {
        expect(live(new Cells(Uint8Array.from(content)), 4, 1).pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("on its own full one: the oldest are given up, the rest is sent", () => {
    const cells = new Cells(erased());
    const nowhere = {
      ...new Cloud(),
      take: () => ({ kind: "stored", epoch: 0, through: 0 }),
    } as unknown as Cloud;
    expect(live(cells, 800, 1, nowhere).pending).toBeGreaterThan(100);
    const { cloud, pending } = live(cells, 40, 2);
    expect(pending).toBe(0);
    expect(cloud.stored.size).toBeGreaterThan(100);
    expect(cloud.oldest).toBeGreaterThan(1);
  });

  it("on its own that was cut anywhere in a page", () => {
    for (let at = 0; at < SIZE; at += 97) {
      const cells = new Cells(erased());
      live(cells, 6, 1);
      cells.bytes.fill(255, at, Math.min(SIZE, at + 64));
      expect(live(cells, 4, 2).pending).toBe(0);
    }
  });
});
