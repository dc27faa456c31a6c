import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFileMailer } from "./file-mailer.ts";
import { SealedMails } from "./sealed-mails.ts";

const mails = new SealedMails(Buffer.alloc(32, 1));
const LETTER = { id: "a1b2", to: "mia@example.org", subject: "Reset", text: "open #reset=canary" };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-mails-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (sealed = mails) => openFileMailer({ folder, from: "x", now: () => 1_800_000_000, sealed });
const bytes = (): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join();

test("a message that waits on disk shows no address and no link, and is read with the key", async () => {
  await open().send(LETTER);
  expect(bytes()).not.toMatch(/mia|example|reset|canary/iu);
  const [waiting, ...rest] = mails.read(folder);
  expect(rest).toEqual([]);
  expect(waiting?.text).toContain("To: mia@example.org\r\n");
  expect(waiting?.text).toContain("open #reset=canary");
  expect(statSync(join(folder, waiting?.file ?? "")).mode & 0o777).toBe(0o600);
});

test("what an earlier version left in plain is sealed when the mailer is opened", () => {
  writeFileSync(join(folder, "1-a.eml"), "To: mia@example.org");
  open();
  expect(bytes()).not.toContain("mia");
  expect(mails.read(folder)).toEqual([{ file: "1-a.eml.sealed", text: "To: mia@example.org" }]);
});

test("a message under another key, under another name, or changed does not open", async () => {
  await open().send(LETTER);
  const [file = ""] = readdirSync(folder);
  expect(new SealedMails(Buffer.alloc(32, 2)).read(folder)).toEqual([{ file, text: undefined }]);
  renameSync(join(folder, file), join(folder, "2-b.eml.sealed"));
  expect(mails.read(folder)).toEqual([{ file: "2-b.eml.sealed", text: undefined }]);
  writeFileSync(join(folder, "3-c.eml.sealed"), "short");
  expect(mails.read(folder).map(({ text }) => text)).toEqual([undefined, undefined]);
  expect(mails.read(join(folder, "none"))).toEqual([]);
});

test("a message that is being written is not read yet", async () => {
  await open().send(LETTER);
  writeFileSync(join(folder, ".1-a.eml.sealed"), "half");
  expect(mails.read(folder)).toHaveLength(1);
});
