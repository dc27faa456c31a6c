import { SealedMails } from "@purrimeter/notifier/sealed-mails";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { writeDataFormat } from "./data-format.ts";
import { waitingMails } from "./waiting-mails.ts";

let files: DataFiles;
beforeAll(() => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-waiting-")));
  writeDataFormat(files, { secrets: [] });
  mkdirSync(files.mail, { recursive: true, mode: 0o700 });
  for (const [holder, name, key] of [
    ["notifier", "mail-key", "11"],
    ["auth", "database-key", "22"],
  ] as const) {
    mkdirSync(files.secrets(holder), { mode: 0o700 });
    writeFileSync(files.secret(holder, name), key.repeat(32), { mode: 0o600 });
  }
});
afterAll(() => rmSync(files.folder, { recursive: true }));

/** Puts a message into the folder as its version sealed it. */
function put(name: string, text: string, key: number): void {
  const sealed = new SealedMails(Buffer.alloc(32, key)).seal(name, text);
  writeFileSync(join(files.mail, sealed.name), sealed.bytes);
}

test("messages under the notifier's key are read without any other", async () => {
  put("2-b.eml", "now", 0x11);
  const key = files.secret("auth", "database-key");
  const kept = readFileSync(key);
  rmSync(key);
  expect(await waitingMails(files)).toEqual({ mails: [{ file: "2-b.eml.sealed", text: "now" }] });
  writeFileSync(key, kept, { mode: 0o600 });
});

test("those that an earlier version sealed under the accounts' key are read too", async () => {
  put("1-a.eml", "before", 0x22);
  expect(await waitingMails(files)).toEqual({
    mails: [
      { file: "1-a.eml.sealed", text: "before" },
      { file: "2-b.eml.sealed", text: "now" },
    ],
  });
});

test("one that opens under neither is said", async () => {
  put("3-c.eml", "foreign", 0x33);
  expect(await waitingMails(files)).toEqual({
    failure: "3-c.eml.sealed does not open: it is another folder's, or was changed",
  });
});
