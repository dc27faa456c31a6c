import type { Time } from "@purrimeter/service/time";
import type { DataFiles } from "../data-folder/data-files.ts";
import { verificationLink } from "../data-folder/verification-link.ts";
import { isFailure, type Failure } from "../terminal/failure.ts";
import type { Credentials, OwnerApi } from "./owner-api.ts";

/** Who enters. */
export interface Entrant {
  readonly credentials: Credentials;
  /** Whether the account has to be made. */
  readonly isNew: boolean;
}

/**
 * Logs an owner in. A new one, whose mail nobody reads, is registered before and verified by the data folder. Throws an
 * ApiProblem or ApiUnreachable.
 */
export async function enterOwner(
  owner: OwnerApi,
  files: DataFiles,
  { credentials, isNew }: Entrant,
  time: Time,
): Promise<Failure | object> {
  if (isNew) {
    await owner.register(credentials);
    const verification = await verificationLink(files, credentials.email, time);
    if (isFailure(verification)) return verification;
    await owner.verify(verification.token);
  }
  await owner.enter(credentials);
  return {};
}
