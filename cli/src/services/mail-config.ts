import type { configSchema } from "@purrimeter/notifier/config";
import { resolve } from "node:path";
import type { z } from "zod";
import { publicOrigin } from "./public-origin.ts";
import type { ServiceContext } from "./service-entry.ts";

type MailConfig = NonNullable<z.input<typeof configSchema>["mail"]>;

/** How the notifier sends mail: to a mail server, or into a folder. */
export function mailConfig({ files, settings }: Pick<ServiceContext, "files" | "settings">): MailConfig {
  const { from: given, folder, smtp } = settings.mail;
  const from = given ?? `Purrimeter <no-reply@${new URL(publicOrigin(settings)).hostname}>`;
  if (smtp === undefined)
    return folder === undefined
      ? { from, folder: files.mail, isSealed: true }
      : { from, folder: resolve(files.folder, folder) };
  const { host, port, user, tls, authority } = smtp;
  return {
    from,
    smtp: {
      ...{ host, port },
      ...(user !== undefined && { user }),
      ...(tls !== undefined && { tls }),
      ...(authority !== undefined && { authority: resolve(files.folder, authority) }),
    },
  };
}
