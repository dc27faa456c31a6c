import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { dataFiles } from "../data-folder/data-files.ts";
import { prepareData } from "../data-folder/prepare-data.ts";
import { REGISTRY } from "../services/service-registry.ts";
import { isFailure } from "../terminal/failure.ts";
import { fileClockRecord } from "./file-clock-record.ts";
import { renewCertificates } from "./renew-certificates.ts";

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "purrimeter-renew-"));
const files = dataFiles(folder);
const begin = Date.now();

beforeAll(async () => {
  const now = new Date(begin);
  const prepared = await prepareData(files, REGISTRY, { now, hosts: [], rootKey: "discard" });
  if (isFailure(prepared)) throw new Error(prepared.failure);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Services that were restarted after a look so many days after the first start. */
async function restartedAt(days: number, isTrusted: boolean): Promise<string[]> {
  const time = new ManualTime(begin + days * DAY_MS);
  const restarted: string[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cancel = renewCertificates({
    ...{ files, services: REGISTRY.services, hosts: [], time },
    isClockTrusted: () => isTrusted,
    log: createLog("supervisor", { write: () => undefined }),
    restart: (service) => {
      if (restarted.push(service) === REGISTRY.services.length) resolve(undefined);
      return Promise.resolve();
    },
  });
  time.advance(6 * 3_600_000);
  if (isTrusted && days >= 367) await promise;
  cancel();
  return restarted;
}

test("a service that runs for a year has its certificate renewed by a trusted clock, and is restarted", async () => {
  const ends = (): Date => new X509Certificate(readFileSync(files.serviceChain("bridge"))).validToDate;
  const before = ends();
  expect(await restartedAt(370, false)).toEqual([]);
  expect(ends()).toEqual(before);
  expect((await restartedAt(370, true)).toSorted()).toEqual(
    REGISTRY.services.map(({ name }) => name).toSorted(),
  );
  expect(ends().getTime() - begin).toBeGreaterThan(700 * DAY_MS);
});

test("the last trusted time, and a doubt, are a file that may be missing or damaged", async () => {
  const record = fileClockRecord(join(folder, "clock"));
  expect(await record.lastTrusted()).toBeUndefined();
  await record.keepTrusted(1_800_000_000);
  expect(await record.lastTrusted()).toBe(1_800_000_000);
  await record.keepDoubted({ utcS: 1_900_000_000, undisputedS: 60 });
  expect(await record.lastTrusted()).toBe(1_800_000_000);
  expect(await record.lastDoubted()).toEqual({ utcS: 1_900_000_000, undisputedS: 60 });
  await record.keepTrusted(1_800_000_060);
  expect(await record.lastDoubted()).toBeUndefined();
  writeFileSync(join(folder, "clock"), "1800000000 doubted soon\n");
  expect([await record.lastTrusted(), await record.lastDoubted()]).toEqual([undefined, undefined]);
});
