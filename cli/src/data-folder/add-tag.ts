import type { Time } from "@purrimeter/service/time";
import { issuedFiles } from "@purrimeter/certs/authority-files";
import { issueTag } from "@purrimeter/certs/issue-tag";
import { refuse } from "@purrimeter/certs/refusal";
import { asTagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import { existsSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { recordInFolder } from "./record-act.ts";
import { takeTagKey } from "./tag-keys.ts";
import { orFailure } from "./or-failure.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { utcDate, utcSeconds } from "../terminal/utc.ts";

/** A tag that is known and has its certificate. */
export interface AddedTag {
  readonly tag: string;
  /** For the owner, who types it once; it is kept nowhere else. */
  readonly claimCode: string;
  /** For the outside of the tag: with it a finder can report the tag. Public. */
  readonly printedCode: string;
  /** Its certificate and the authority; `tags provision` takes the key along. */
  readonly folder: string;
}

/** Issues the tag's certificate, unless it has one, and makes the tag known. Broken off, it can be called again. */
export async function addTag(
  files: DataFiles,
  registry: TagRegistry,
  id: string,
  time: Time,
): Promise<AddedTag | Failure> {
  const tag = asTagId(id);
  if (tag === undefined) return orFailure(refuse("bad-tag-id", id));
  const { chain, folder } = issuedFiles(files.certs, "tags", tag);
  if (!existsSync(chain)) {
    const recorded = await recordInFolder(files, time, "certificate.issued", `tag ${tag}`);
    if (isFailure(recorded)) return recorded;
    const issued = orFailure(await issueTag(files.authority, tag, { now: utcDate(time) }));
    if (isFailure(issued)) return issued;
  }
  takeTagKey(files, tag);
  const claimCode = createClaimCode();
  const outcome = await registry.register(tag, claimCode, utcSeconds(time));
  if (outcome === "exists")
    return failed(`the tag ${tag} exists already; "purrimeter tags code ${tag}" gives it a new claim code`);
  return { tag, claimCode, printedCode: await registry.printedCode(tag), folder };
}
