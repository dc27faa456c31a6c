import type { configSchema } from "@purrimeter/notifier/config";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { MAIL_KEY, signingKey } from "../data-folder/secret-specs.ts";
import { checkSmtpPassword } from "./check-smtp-password.ts";
import { mailConfig } from "./mail-config.ts";
import { publicOrigin } from "./public-origin.ts";
import type { ServiceContext, ServiceEntry } from "./service-entry.ts";

type NotifierConfig = Omit<
  z.input<typeof configSchema>,
  "alarmSpool" | "host" | "port" | "secrets" | "metrics"
>;

/**
 * What sends mail, webhooks and pushes. Services of this machine call it; it calls none of them, so that its certificate is for
 * servers only, and it has no key and no path of a database.
 */
export const NOTIFIER: ServiceEntry = {
  name: "notifier",
  main: fileURLToPath(import.meta.resolve("@purrimeter/notifier/main")),
  after: [],
  callsServices: false,
  secrets: [MAIL_KEY, { name: "vapid-key.pem", make: signingKey }],
  usesOwnerKeys: false,
  nurseryMib: 1,
  listen: () => ({ host: "127.0.0.1", port: 0 }),
  configure: ({ files, settings }: ServiceContext): NotifierConfig => {
    const { allowedNetworks, authority } = settings.alerts;
    const origin = publicOrigin(settings);
    return {
      tls: {
        certificate: files.serviceChain("notifier"),
        authority: files.authority.branches.services.anchor,
      },
      mail: mailConfig({ files, settings }),
      push: { subject: settings.api.securityContact ?? origin, navigate: `${origin}/` },
      allowedNetworks,
      ...(authority !== undefined && { authority: resolve(files.folder, authority) }),
    };
  },
  check: checkSmtpPassword,
};
