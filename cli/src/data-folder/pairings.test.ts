import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { issuedFiles } from "@purrimeter/certs/authority-files";
import { createLog } from "@purrimeter/service/log";
import { systemTime } from "@purrimeter/service/system-time";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { isFailure } from "../terminal/failure.ts";
import { pairingFolder, pairTag, readPairings, type KeptPairing } from "./pairings.ts";
import { runGateway } from "../scenarios/run-ble-gateway.ts";

let files: DataFiles;

beforeEach(() => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "pairings-")));
  for (const tag of ["mimi", "tom"]) {
    const { chain } = issuedFiles(files.certs, "tags", tag);
    for (const path of [chain, files.tagKey(tag)]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "not looked at");
    }
  }
});
afterEach(() => rmSync(files.folder, { recursive: true }));

function pair(tag: string, again = false): KeptPairing {
  const kept = pairTag(files, tag, again);
  if (isFailure(kept)) throw new Error(kept.failure);
  return kept;
}

test("a pairing is a secret of its own, and comes back", () => {
  const { file, pairing } = pair("mimi");
  pair("tom");
  expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
  const kept = readPairings(files);
  expect(isFailure(kept) ? kept : kept.map((one) => one.pairing.tag).toSorted()).toEqual(["mimi", "tom"]);
  expect(readFileSync(file, "utf8")).toContain(Buffer.from(pairing.key).toString("hex"));
});

test("a tag gets another key only when asked for, and then the first is gone", () => {
  const { file } = pair("mimi");
  expect(pairTag(files, "mimi", false)).toMatchObject({
    failure: expect.stringMatching(/paired already/) as string,
  });
  const second = pair("mimi", true);
  expect([existsSync(file), existsSync(second.file)]).toEqual([false, true]);
});

test.each([
  ["m/m", /is no tag id|A-Z/],
  ["otto", /otto has no certificate/],
])("%s is not paired", (tag, why) => {
  const kept = pairTag(files, tag, false);
  expect(isFailure(kept) ? kept.failure : "paired").toMatch(why);
});

test("keys that others may read, and files that are no pairing, are refused by name", () => {
  const { file } = pair("mimi");
  chmodSync(file, 0o644);
  expect(readPairings(files)).toMatchObject({ failure: expect.stringMatching(/read by others/) as string });
  chmodSync(file, 0o600);
  writeFileSync(file, "{}");
  expect(readPairings(files)).toMatchObject({
    failure: expect.stringContaining(`${file} is no pairing`) as string,
  });
  rmSync(file);
  chmodSync(pairingFolder(files), 0o755);
  expect(readPairings(files)).toMatchObject({
    failure: expect.stringMatching(/entered by others/) as string,
  });
});

test("a folder of link keys that has the former name is used on", () => {
  mkdirSync(files.secrets("gateway"), { recursive: true, mode: 0o700 });
  const { file } = pair("mimi");
  expect(dirname(file)).toBe(files.secrets("gateway"));
  const kept = readPairings(files);
  expect(isFailure(kept) ? kept : kept.map((one) => one.file)).toEqual([file]);
});

test("a BLE gateway without a paired tag says so", async () => {
  const places = { bridge: { host: "localhost", port: 8883 }, listen: [], devices: [] };
  expect(await runGateway(files, places, createLog("ble-gateway"), systemTime)).toMatchObject({
    failure: expect.stringMatching(/no tag is paired/) as string,
  });
});

test("a BLE gateway whose tag has no usable certificate names the tag", async () => {
  pair("mimi");
  const { chain, authority } = issuedFiles(files.certs, "tags", "mimi");
  for (const path of [chain, authority]) writeFileSync(path, "no certificate");
  const places = { bridge: { host: "localhost", port: 8883 }, listen: [], devices: [] };
  expect(await runGateway(files, places, createLog("ble-gateway"), systemTime)).toEqual({
    failure: "certificate or key of mimi cannot be read; issue them again",
  });
});
