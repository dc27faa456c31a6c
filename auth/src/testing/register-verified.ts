import { CLIENT_ADDRESS_HEADER } from "@purrimeter/auth-api/internal";
import type { Answer, TestService } from "./test-service.ts";

/** Who registers, from where, and what the first session is called. */
export interface Newcomer {
  readonly email: string;
  readonly password: string;
  readonly device?: string | undefined;
  readonly address?: string | undefined;
}

/** Registers, opens the mail and logs in, as clients do; gives the answer to the login. */
export async function registerVerified(auth: TestService, newcomer: Newcomer): Promise<Answer> {
  const { email, password, device, address } = newcomer;
  const post = (path: string, body: object): Promise<Answer> =>
    auth.call({
      path,
      body,
      ...(address !== undefined && { headers: { [CLIENT_ADDRESS_HEADER]: address } }),
    });
  await post("/register", { email, password });
  await auth.service.mailQueue.flush();
  const { text = "" } = auth.mails.findLast(({ to }) => (to as string) === email.toLowerCase()) ?? {};
  await post("/mail/verify", { token: /#verify=(\S+)/u.exec(text)?.[1] });
  return post("/login", { email, password, ...(device !== undefined && { device }) });
}
