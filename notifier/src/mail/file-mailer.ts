import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { messageId, type Mail, type Mailer } from "./mailer.ts";
import type { SealedMails } from "./sealed-mails.ts";

/** Where and as whom the mailer writes. */
export interface FileMailerOptions {
  /** Made with mode 0700 when it is missing. */
  readonly folder: string;
  /** The From header, as RFC 5322 has it. */
  readonly from: string;
  /** Seconds of UTC. */
  readonly now: () => number;
  /** With what messages are sealed; in plain unless given, as mail programs read them. */
  readonly sealed?: SealedMails | undefined;
}

/**
 * Puts each message into a folder as one .eml file (RFC 5322, UTF-8 as in RFC 6532), for demos and for mail programs
 * that pick files up. A file appears whole or not at all.
 */
export function openFileMailer({ folder, from, now, sealed }: FileMailerOptions): Mailer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  sealed?.sealAll(folder);
  return {
    send: async (mail) => {
      const draft = join(folder, `.${randomUUID()}`);
      const plain = { name: `${now()}-${mail.id}.eml`, bytes: message(mail, from, now()) };
      const { name, bytes } = sealed?.seal(plain.name, plain.bytes) ?? plain;
      await writeWhole(draft, bytes);
      await rename(draft, join(folder, name));
      return {};
    },
  };
}

async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function message({ id, to, subject, text }: Mail, from: string, atS: number): string {
  const headers = {
    From: from,
    To: to,
    Subject: subject,
    Date: new Date(atS * 1_000).toUTCString().replace("GMT", "+0000"),
    "Message-ID": messageId(id),
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Auto-Submitted": "auto-generated",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [...lines, "", ...text.split("\n"), ""].join("\r\n");
}
