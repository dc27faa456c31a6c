import { tagCodeAnswerSchema, tagCodeRoute } from "@purrimeter/auth-api/internal";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { Dependencies } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { notFound } from "../lists/or-not-found.ts";

/** The tag's new claim code; the former one is void. Throws a problem for a tag that somebody has, is revoked or is none. */
export async function renewLostCode(
  { registry, auth }: Pick<Dependencies, "registry" | "auth">,
  tag: TagId,
  operator: { readonly id: OwnerId; readonly clientAddress: string },
): Promise<string> {
  const code = createClaimCode();
  const isLiving = (owner: OwnerId | undefined): Promise<boolean> => asked(auth, tag, owner, operator);
  const outcome = await registry.renewLostCode(tag, code, isLiving, operator.id);
  switch (outcome) {
    case "renewed":
      return code;
    case "not-found":
      throw notFound();
    case "claimed":
      throw refuse("conflict", "The tag belongs to an account. Its owner gives it up or hands it over.");
    case "revoked":
      throw refuse("conflict", "The tag is revoked.");
  }
}

/** A tag without owner gets its code also while the accounts, and the trail with them, cannot be reached. */
async function asked(
  auth: Dependencies["auth"],
  tag: TagId,
  owner: OwnerId | undefined,
  { id: operator, clientAddress }: { readonly id: OwnerId; readonly clientAddress: string },
): Promise<boolean> {
  const body = { tag, owner: owner ?? null, operator };
  const answer = await auth.call({ method: "POST", path: tagCodeRoute.path, body, clientAddress });
  const known = answer.kind === "answer" ? tagCodeAnswerSchema.safeParse(answer.body).data : undefined;
  if (known !== undefined) return known.isLiving;
  if (answer.kind === "answer")
    throw refuse(
      "unavailable",
      "The audit trail cannot be written now, so nothing was done. Try again later.",
    );
  if (owner === undefined) return false;
  throw refuse("unavailable", "Whether the tag's owner has an account cannot be asked now. Try again later.");
}
