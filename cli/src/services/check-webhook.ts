import { isPublicAddress } from "@purrimeter/service/public-address";
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import type { ServiceContext } from "./service-entry.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** A webhook needs a secret to sign with, and an address that messages about the installation may go to. */
export function checkWebhook({
  files,
  settings,
}: Pick<ServiceContext, "files" | "settings">): readonly Failure[] {
  const { webhook } = settings.alarms;
  if (webhook === undefined) return [];
  const path = files.secret("auth", "webhook-secret");
  const host = new URL(webhook.url).hostname.replace(/^\[(.*)\]$/u, "$1");
  const isRefused = !webhook.allowPrivate && isIP(host) !== 0 && !isPublicAddress(host);
  return [
    ...(isRefused
      ? [
          failed(
            `${files.settings}: alarms.webhook.url: ${host} is not a public address; set alarms.webhook.allowPrivate if it is meant`,
          ),
        ]
      : []),
    ...(existsSync(files.vault) || existsSync(path)
      ? []
      : [
          failed(
            `${files.settings}: alarms.webhook: needs a secret; write whsec_ and 32 random bytes in Base64 into ${path}, a file of mode 0600`,
          ),
        ]),
  ];
}
