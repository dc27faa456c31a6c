import type { AuditTrail } from "@purrimeter/auth/audit-trail";
import type { Time } from "@purrimeter/service/time";
import { existsSync } from "node:fs";
import { failed, type Failure } from "../terminal/failure.ts";
import type { DataFiles } from "./data-files.ts";
import { hasAuditKey } from "./first-audit-key.ts";

/** What is done at the command line, or by the program that runs the services. */
type Act =
  | "backup.begun"
  | "backup.restored"
  | "certificate.issued"
  | "certificate.renewed"
  | "certificate.revoked"
  | "tag.code-renewed"
  | "tag.provisioned"
  | "tag.revoked";

/** Has the act in the audit trail before it is done; a failure when that cannot be: then it is not done. */
export async function recordAct(
  audit: Pick<AuditTrail, "record" | "flush">,
  event: Act,
  ...subjects: readonly string[]
): Promise<object | Failure> {
  for (const subject of subjects) audit.record({ event, session: subject });
  if (await audit.flush()) return {};
  return failed("the audit trail cannot be written, so nothing was done; see the message above");
}

/** The same in a data folder. Where there are no accounts yet, or none of this version, there is no trail. */
export async function recordInFolder(
  files: DataFiles,
  time: Time,
  event: Act,
  ...subjects: readonly string[]
): Promise<object | Failure> {
  if (!existsSync(files.accounts) || !hasAuditKey(files)) return {};
  // Loaded when it is needed: a database engine is much for a help text.
  const { withAccounts } = await import("./open-accounts.ts");
  return withAccounts(files, time, ({ audit }) => recordAct(audit, event, ...subjects));
}
