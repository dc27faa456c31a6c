import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openFileMailer } from "./file-mailer.ts";

const base = mkdtempSync(join(tmpdir(), "purrimeter-mail-"));
afterAll(() => rmSync(base, { recursive: true }));

test("writes each message as one file that only its owner reads", async () => {
  const folder = join(base, "mail");
  const mailer = openFileMailer({
    folder,
    from: "Purrimeter <no-reply@purrimeter.example>",
    now: () => 1_800_000_000,
  });
  await mailer.send({
    id: "first",
    to: "mia@example.org",
    subject: "Hello",
    text: "Line one\nLine two ☂\n",
  });
  await mailer.send({ id: "second", to: "eve@example.org", subject: "Hello", text: "" });
  const files = readdirSync(folder);
  expect(files).toHaveLength(2);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
  const mias = texts.find((text) => text.includes("mia@example.org")) ?? "";
  expect(mias).toContain(
    "\r\nTo: mia@example.org\r\nSubject: Hello\r\nDate: Fri, 15 Jan 2027 08:00:00 +0000\r\n",
  );
  expect(mias).toMatch(/\r\n\r\nLine one\r\nLine two ☂\r\n/u);
});

test("says when it cannot write", async () => {
  const folder = join(base, "gone");
  const mailer = openFileMailer({ folder, from: "x", now: () => 0 });
  rmSync(folder, { recursive: true });
  await expect(mailer.send({ id: "third", to: "mia@example.org", subject: "", text: "" })).rejects.toThrow();
});
