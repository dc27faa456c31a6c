import { slipFrame, SlipReader } from "@purrimeter/protocol/slip";
import fc from "fast-check";
import { expect, it } from "vitest";
import { SlipText, slipText } from "./slip-text.ts";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

const frame = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  fc
    .array(fc.constantFrom(0xc0, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0x11, 0x13, 0), {
      minLength: 1,
      maxLength: 50,
    })
    .map((some) => Uint8Array.from(some)),
);

it("writes what the other end reads, byte for byte", () => {
  fc.assert(
    fc.property(frame, (one) => {
      expect(bytesOf(slipText(textOf(one)))).toEqual(slipFrame(one));
    }),
  );
});

it("finds the frames that the other end finds, wherever the stream is cut", () => {
  const noise = fc.constantFrom(0x11, 1, 0xc0).map((byte) => Uint8Array.of(byte));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(frame.map(slipFrame), noise)),
      fc.integer({ min: 1, max: 40 }),
      (pieces, cut) => {
        const stream = Buffer.concat(pieces);
        const [mine, theirs]: [Uint8Array[], Uint8Array[]] = [[], []];
        const reader = new SlipReader(300, (one) => theirs.push(one));
        stream.forEach((byte) => reader.feed(byte));
        const text = new SlipText(300, (one) => mine.push(bytesOf(one)));
        for (let at = 0; at < stream.length; at += cut) text.feed(stream.toString("latin1", at, at + cut));
        expect(mine).toEqual(theirs);
      },
    ),
  );
});

it("keeps no more than it must of a stream without an end, and finds the next frame", () => {
  const frames: string[] = [];
  const reader = new SlipText(10, (one) => frames.push(one));
  for (let i = 0; i < 1_000; i++) reader.feed("abcdefg");
  reader.feed("\xC0hello\xC0");
  expect(frames).toEqual(["hello"]);
});
