import { mkdirSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { randomId } from "../random-id.ts";
import type { Mail, Mailer } from "./mailer.ts";

/** Where and as whom the mailer writes. */
export interface FileMailerOptions {
  /** Made with mode 0700 when it is missing. */
  readonly folder: string;
  /** The From header, as RFC 5322 has it. */
  readonly from: string;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/**
 * Puts each message into a folder as one .eml file (RFC 5322, UTF-8 as in RFC 6532), for demos and for mail programs
 * that pick files up. A file appears whole or not at all.
 */
export function openFileMailer({ folder, from, now }: FileMailerOptions): Mailer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    send: async (mail) => {
      const id = randomId();
      const draft = join(folder, `.${id}`);
      await writeWhole(draft, message(mail, from, id, now()));
      await rename(draft, join(folder, `${now()}-${id}.eml`));
    },
  };
}

async function writeWhole(path: string, content: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function message({ to, subject, text }: Mail, from: string, id: string, atS: number): string {
  const headers = {
    From: from,
    To: to,
    Subject: subject,
    Date: new Date(atS * 1_000).toUTCString().replace("GMT", "+0000"),
    "Message-ID": `<${id}@purrimeter.invalid>`,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Auto-Submitted": "auto-generated",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [...lines, "", ...text.split("\n"), ""].join("\r\n");
}
