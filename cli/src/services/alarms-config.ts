import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import type { configSchema } from "@purrimeter/auth/config";
import { resolve } from "node:path";
import type { z } from "zod";
import type { ServiceContext } from "./service-entry.ts";

type AlarmsConfig = NonNullable<z.input<typeof configSchema>["alarms"]>;

/** How the authentication service tells operators of the alarms of all processes. */
export function alarmsConfig({ files, settings }: Pick<ServiceContext, "files" | "settings">): AlarmsConfig {
  const { mailTo, webhook, digest, backupDays: days } = settings.alarms;
  const { authority } = webhook ?? {};
  return {
    ...{ mailTo, digest },
    ...(webhook && {
      webhook: {
        ...{ url: webhook.url, allowPrivate: webhook.allowPrivate },
        ...(authority !== undefined && { authority: resolve(files.folder, authority) }),
      },
    }),
    checkpoints: [files.accounts, files.locations].map(checkpointFileOf),
    ...(days > 0 && { backup: { record: files.lastBackup, days } }),
  };
}
