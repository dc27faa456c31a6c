import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import type { JsonAnswer, JsonFailure } from "../client/json-client.ts";
import { createTestCertificates } from "../testing/test-certificates.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { certificateCheck } from "./certificate-check.ts";
import { diskCheck } from "./disk-check.ts";
import { peerCheck } from "./peer-check.ts";
import { storeCheck } from "./store-check.ts";

test("a certificate is valid between its two times alone", async () => {
  const certificates = await createTestCertificates();
  const { certificate } = await certificates.identity("cloud-api");
  const time = new ManualTime(Date.now());
  const check = certificateCheck(certificate, time);
  expect(await check.check()).toMatchObject({ ok: true });
  time.setUtcMs(0);
  expect(await check.check()).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^not valid before 2/) as string,
  });
  time.setUtcMs(Date.now() + 400 * 86_400_000);
  expect(await check.check()).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^expired at 2/) as string,
  });
});

test("a disk needs room", async () => {
  expect(await diskCheck(tmpdir(), 0).check()).toMatchObject({ ok: true });
  expect(await diskCheck(tmpdir(), Infinity).check()).toMatchObject({ ok: false });
});

test("a store that cannot be read rejects, which is not ok", async () => {
  expect(await storeCheck(() => Promise.resolve()).check()).toEqual({ ok: true, detail: "can be read" });
  await expect(storeCheck(() => Promise.reject(new Error("corrupt"))).check()).rejects.toThrow("corrupt");
});

const answer = (body: unknown): JsonAnswer => ({ kind: "answer", status: 503, headers: {}, text: "", body });
const silent: JsonFailure = { kind: "timeout", code: "ETIMEDOUT", reason: "no answer in time" };

test.each<[JsonAnswer | JsonFailure, boolean, string]>([
  [answer({ status: "ready", checks: {} }), true, "ready"],
  [
    answer({ status: "not-ready", checks: { disk: { ok: false }, store: { ok: true } } }),
    false,
    "not ready: disk",
  ],
  [answer({ status: "well" }), false, "answer is not a readiness report"],
  [silent, false, "no answer in time"],
])("another process is as ready as it says: %#", async (sent, ok, detail) => {
  const check = peerCheck("bridge", { send: () => Promise.resolve(sent) });
  expect(await check.check()).toEqual({ ok, detail });
});
