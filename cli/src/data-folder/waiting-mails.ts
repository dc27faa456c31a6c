import { SealedMails, type WaitingMail } from "@purrimeter/notifier/sealed-mails";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import type { DataFiles } from "./data-files.ts";
import { withData } from "./with-data.ts";

interface Waiting {
  readonly mails: readonly WaitingMail[];
}

/**
 * Messages that wait because there is no mail server, oldest first. Services may be running. Those that an earlier version sealed
 * under a key of `auth` are read too.
 */
export async function waitingMails(files: DataFiles): Promise<Waiting | Failure> {
  const read = await readMails(files);
  if (isFailure(read) || unopened(read) === undefined) return read;
  const former = await formerSecret(files);
  if (isFailure(former)) return former;
  const again = await readMails(files, former.secret);
  if (isFailure(again)) return again;
  const unread = unopened(again);
  if (unread === undefined) return again;
  return failed(`${unread.file} does not open: it is another folder's, or was changed`);
}

function unopened({ mails }: Waiting): WaitingMail | undefined {
  return mails.find(({ text }) => text === undefined);
}

function readMails(files: DataFiles, ...former: readonly Uint8Array[]): Promise<Waiting | Failure> {
  return withSecret(files, { service: "notifier", name: "mail-key" }, (secret) => ({
    mails: new SealedMails(secret, ...former).read(files.mail),
  }));
}

function formerSecret(files: DataFiles): Promise<{ readonly secret: Uint8Array } | Failure> {
  return withSecret(files, { service: "auth", name: "database-key" }, (secret) => ({ secret }));
}

function withSecret<Result extends object>(
  files: DataFiles,
  { service, name }: { readonly service: string; readonly name: string },
  use: (secret: Uint8Array) => Result,
): Promise<Result | Failure> {
  return withData(
    files,
    {
      holder: { name: service, usesOwnerKeys: false },
      open: (secrets) => ({ resource: secrets.readKey(name), close: () => Promise.resolve() }),
    },
    (secret) => Promise.resolve(use(secret)),
  );
}
