import { resolve } from "node:path";
import type { ServiceContext } from "./service-entry.ts";
import { publicOrigin } from "./public-origin.ts";

type MailConfig = {
  readonly from: string;
  /** What begins the links in mails. */
  readonly linkBase: string;
} & (
  | { readonly folder: string; readonly isSealed?: true }
  | {
      readonly smtp: {
        readonly host: string;
        readonly port: number;
        readonly user?: string;
        readonly tls?: "implicit" | "starttls";
        readonly authority?: string;
      };
    }
);

/** How the authentication service sends mail: to a mail server, or into a folder. */
export function mailConfig({ files, settings }: Pick<ServiceContext, "files" | "settings">): MailConfig {
  const { from, folder, smtp } = settings.mail;
  const origin = publicOrigin(settings);
  const common = {
    from: from ?? `Purrimeter <no-reply@${new URL(origin).hostname}>`,
    linkBase: `${origin}/`,
  };
  if (smtp === undefined)
    return folder === undefined
      ? { ...common, folder: files.mail, isSealed: true }
      : { ...common, folder: resolve(files.folder, folder) };
  const { host, port, user, tls, authority } = smtp;
  return {
    ...common,
    smtp: {
      ...{ host, port },
      ...(user !== undefined && { user }),
      ...(tls !== undefined && { tls }),
      ...(authority !== undefined && { authority: resolve(files.folder, authority) }),
    },
  };
}
