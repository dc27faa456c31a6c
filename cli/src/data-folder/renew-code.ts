import type { Time } from "@purrimeter/service/time";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import { existsSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { withAccounts } from "./open-accounts.ts";
import { recordAct } from "./record-act.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** A tag and the code with which somebody claims it, once. */
export interface RenewedCode {
  readonly id: string;
  readonly claimCode: string;
}

/** Gives a tag that no account has a new claim code; the former one is void. Services may be running. */
export async function renewCode(
  files: DataFiles,
  registry: TagRegistry,
  id: string,
  time: Time,
): Promise<RenewedCode | Failure> {
  const tag = asTagId(id);
  const claimCode = createClaimCode();
  if (tag === undefined) return failed(`no tag ${id} is known; "purrimeter tags list" shows those that are`);
  let failure: Failure | undefined;
  const outcome = await registry.renewLostCode(tag, claimCode, async (owner) => {
    const answer = await judge(files, tag, owner, time);
    if (isFailure(answer)) failure = answer;
    return isFailure(answer) || answer.isLiving;
  });
  return failure ?? (outcome === "renewed" ? { id: tag, claimCode } : refused(tag, outcome));
}

function refused(tag: TagId, reason: "not-found" | "claimed" | "revoked"): Failure {
  switch (reason) {
    case "not-found":
      return failed(`no tag ${tag} is known; "purrimeter tags list" shows those that are`);
    case "claimed":
      return failed(`the tag ${tag} belongs to an account; its owner gives it up or hands it over`);
    case "revoked":
      return failed(`the tag ${tag} is revoked`);
  }
}

/** A tag without owner needs no accounts; where there are some, the trail says that it got a code, or it gets none. */
async function judge(
  files: DataFiles,
  tag: TagId,
  owner: OwnerId | undefined,
  time: Time,
): Promise<{ readonly isLiving: boolean } | Failure> {
  if (owner === undefined && !existsSync(files.accounts)) return { isLiving: false };
  return withAccounts(files, time, async ({ accounts, audit }) => {
    const isLiving = owner !== undefined && (await accounts.findById(owner)) !== undefined;
    const recorded = isLiving ? {} : await recordAct(audit, "tag.code-renewed", tag);
    return isFailure(recorded) ? recorded : { isLiving };
  });
}
