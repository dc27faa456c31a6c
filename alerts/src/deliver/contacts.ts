import { contactRoute, contactSchema } from "@purrimeter/auth-api/internal";
import type { JsonClient } from "@purrimeter/service/json-client";

/** Where an account's mails go; `none`: nobody has verified an address, or the account is gone. */
export type Contact =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "none" }
  /** The authentication service did not answer; `reason` is a constant. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** Knows the verified addresses of accounts. */
export interface Contacts {
  contactOf(account: string): Promise<Contact>;
}

/** Asks the authentication service each time: an address may change, and none is kept here. */
export function authContacts(client: Pick<JsonClient, "send">): Contacts {
  return {
    contactOf: async (account) => {
      const answer = await client.send({ method: "POST", path: contactRoute.path, body: { account } });
      if (answer.kind !== "answer") return { kind: "unavailable", reason: answer.reason };
      const contact = answer.status === 200 ? contactSchema.safeParse(answer.body).data : undefined;
      if (contact === undefined)
        return { kind: "unavailable", reason: "the authentication service has failed" };
      return contact.address === null ? { kind: "none" } : { kind: "address", address: contact.address };
    },
  };
}
