import fc from "fast-check";
import { expect, it } from "vitest";
import { slipFrame, SlipReader, XOFF, XON } from "./slip.ts";

const END = 0xc0;

function read(stream: Uint8Array, maxBytes = 300): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const reader = new SlipReader(maxBytes, (frame) => frames.push(frame));
  for (const byte of stream) reader.feed(byte);
  return frames;
}

const frame = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc
    .array(fc.constantFrom(0xc0, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0x11, 0x13, 0), {
      minLength: 1,
      maxLength: 50,
    })
    .map((some) => Uint8Array.from(some)),
);

it("gives every frame back, whatever is in it", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 5 }), (frames) => {
      expect(read(Buffer.concat(frames.map(slipFrame)))).toEqual(frames.map((one) => Uint8Array.from(one)));
    }),
  );
});

it("finds the next frame after anything that went before it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), frame, (noise, one) => {
      expect(read(Buffer.concat([noise, slipFrame(one)])).at(-1)).toEqual(Uint8Array.from(one));
    }),
  );
});

it("gives nothing for a frame that is longer than expected, and goes on", () => {
  const stream = Buffer.concat([slipFrame(new Uint8Array(301).fill(7)), slipFrame(Uint8Array.of(1))]);
  expect(read(stream)).toEqual([Uint8Array.of(1)]);
  expect(read(slipFrame(new Uint8Array(300).fill(7)))).toHaveLength(1);
});

it("has an END on either side and none within, and neither XON nor XOFF", () => {
  const stream = slipFrame(Uint8Array.of(END, 1, 0xdb, XON, XOFF));
  expect([...stream]).toEqual([END, 0xdb, 0xdc, 1, 0xdb, 0xdd, 0xdb, 0xde, 0xdb, 0xdf, END]);
});
