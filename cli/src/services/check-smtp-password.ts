import { existsSync } from "node:fs";
import type { ServiceContext } from "./service-entry.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** A mail server with a user needs a password; one in a Vault is asked for by the service itself. */
export function checkSmtpPassword({
  files,
  settings,
}: Pick<ServiceContext, "files" | "settings">): readonly Failure[] {
  const path = files.secret("auth", "smtp-password");
  if (settings.mail.smtp?.user === undefined || existsSync(files.vault) || existsSync(path)) return [];
  return [
    failed(
      `${files.settings}: mail.smtp.user: needs a password; write it into ${path}, a file of mode 0600, or leave the user out`,
    ),
  ];
}
