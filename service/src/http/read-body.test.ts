import { expect, test } from "vitest";
import { readBody } from "./read-body.ts";

const MAX = 1_000;

function post(body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>): Request {
  return new Request("http://localhost", { method: "POST", body, duplex: "half" });
}

/** Sends the chunks one after another, without a length; `pulled` counts them. */
function inChunks(chunks: readonly number[]): { request: Request; pulled: () => number } {
  let next = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const length = chunks[next++];
        if (length === undefined) controller.close();
        else controller.enqueue(new Uint8Array(length).fill(next));
      },
    },
    { highWaterMark: 0 },
  );
  return { request: post(body), pulled: () => next };
}

test.each([0, 1, MAX])("a body of %d bytes is read", async (length) => {
  expect(await readBody(post(new Uint8Array(length).fill(7)), MAX)).toEqual(Buffer.alloc(length, 7));
});

test("a body in chunks is put together", async () => {
  const { request } = inChunks([400, 600]);
  expect(await readBody(request, MAX)).toEqual(Buffer.concat([Buffer.alloc(400, 1), Buffer.alloc(600, 2)]));
});

test("a request without a body has an empty one", async () => {
  expect(await readBody(new Request("http://localhost"), MAX)).toEqual(new Uint8Array());
});

test("a body that is announced too large is not read", async () => {
  const { request, pulled } = inChunks([1]);
  request.headers.set("content-length", String(MAX + 1));
  expect(await readBody(request, MAX)).toBe("too-large");
  expect(pulled()).toBe(0);
});

test.each([["1"], ["-1"], ["x"]])("a body that is announced as %s byte is still counted", async (length) => {
  const { request } = inChunks([MAX, 1]);
  request.headers.set("content-length", length);
  expect(await readBody(request, MAX)).toBe("too-large");
});

test("a body without an end is left where it grew too large", async () => {
  const { request, pulled } = inChunks(Array.from({ length: 10_000 }, () => 400));
  expect(await readBody(request, MAX)).toBe("too-large");
  expect(pulled()).toBeLessThanOrEqual(4);
});
