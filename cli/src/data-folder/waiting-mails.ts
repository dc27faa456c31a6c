import { SealedMails, type WaitingMail } from "@purrimeter/auth/sealed-mails";
import { failed, type Failure } from "../terminal/failure.ts";
import type { DataFiles } from "./data-files.ts";
import { withData } from "./with-data.ts";

/** Messages that wait because there is no mail server, oldest first. Services may be running. */
export function waitingMails(
  files: DataFiles,
): Promise<{ readonly mails: readonly WaitingMail[] } | Failure> {
  return withData(
    files,
    {
      holder: { name: "auth", usesOwnerKeys: false },
      open: (secrets) =>
        Promise.resolve({
          resource: new SealedMails(secrets.readKey("database-key")),
          close: () => Promise.resolve(),
        }),
    },
    (sealed) => {
      const mails = sealed.read(files.mail);
      const unread = mails.find(({ text }) => text === undefined);
      return Promise.resolve(
        unread === undefined
          ? { mails }
          : failed(`${unread.file} does not open: it is another folder's, or was changed`),
      );
    },
  );
}
