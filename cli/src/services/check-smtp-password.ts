import { existsSync } from "node:fs";
import type { ServiceContext } from "./service-entry.ts";
import { formerSmtpPassword } from "../data-folder/take-smtp-password.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** A mail server with a user needs a password; one in a Vault is asked for by the service itself. */
export function checkSmtpPassword({
  files,
  settings,
}: Pick<ServiceContext, "files" | "settings">): readonly Failure[] {
  const path = files.secret("notifier", "smtp-password");
  // The next start moves one from its former place.
  const places = [files.vault, path, formerSmtpPassword(files)];
  if (settings.mail.smtp?.user === undefined || places.some((place) => existsSync(place))) return [];
  return [
    failed(
      `${files.settings}: mail.smtp.user: needs a password; write it into ${path}, a file of mode 0600, or leave the user out`,
    ),
  ];
}
