import type { OpenAccounts } from "@purrimeter/auth/open-accounts";
import { rotateSigningKey, SIGNING_KEY_FILES, type RotationStep } from "@purrimeter/auth/rotate-signing-key";
import { makeFolder } from "@purrimeter/certs/write-file";
import { existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { DataFiles } from "./data-files.ts";
import { lockRun } from "./run-lock.ts";
import { reloadService, type Told } from "./signal-service.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** One step of a rotation, and whether the running service knows of it. */
export interface SigningStep extends RotationStep {
  readonly told: Told;
}

/**
 * Takes the next step of rotating the keys that sign access tokens, if one is due; records it in the audit trail and
 * tells the authentication service, if it runs, to read the keys again. `nowMs` is UTC.
 */
export async function rotateSigning(
  files: DataFiles,
  { audit }: Pick<OpenAccounts, "audit">,
  nowMs: number,
): Promise<SigningStep | Failure> {
  const folder = files.secrets("auth");
  const unusable = unusableFolder(files, folder);
  if (unusable !== undefined) return unusable;
  const lockFolder = join(files.run, "signing-key-rotation");
  makeFolder(lockFolder);
  const lock = lockRun(lockFolder);
  if (isFailure(lock)) return failed("another rotation of the signing keys runs; wait for its end");
  try {
    const step = rotateSigningKey(folder, nowMs);
    // Told again when nothing was due: a former call may have ended before it could.
    const told = reloadService(files, "auth");
    if (isFailure(told)) return told;
    if (step.did !== "waited") audit.record({ event: `signing-key.${step.did}` });
    // The service may write at the same moment: the second attempt is for that.
    if (!(await audit.flush()) && !(await audit.flush()))
      return failed(`a signing key was ${step.did}, but the audit trail cannot be written`);
    return { ...step, ...told };
  } finally {
    lock.release();
  }
}

/** A key that another user made could not be read by the service, which would then not start again. */
function unusableFolder(files: DataFiles, folder: string): Failure | undefined {
  const current = files.secret("auth", SIGNING_KEY_FILES.current);
  if (!existsSync(current)) {
    if (existsSync(files.vault))
      return failed(
        `${current} does not exist: the signing keys are in the Vault; rotate them there (docs/secrets.md)`,
      );
    return failed(`the secret ${current} is missing; restore it from a backup`);
  }
  const { uid } = statSync(folder);
  if (uid === userInfo().uid) return undefined;
  return failed(`${folder} belongs to user ${uid}; run this command as that user`);
}
