import { noticeRoute, OWNER_NOTICES, type OwnerNotice } from "@purrimeter/auth-api/internal";
import type { Log } from "@purrimeter/service/log";
import type { StoreEvent } from "@purrimeter/store/store-event";
import type { AuthService } from "../edge/auth-service.ts";

/** Our own address: nobody asked for it. */
const OWN_ADDRESS = "127.0.0.1";

/** Has owners told by mail, through the authentication service, whom they have let in. Nobody waits for it. */
export function tellOwners(auth: Pick<AuthService, "call">, log: Log): (event: StoreEvent) => void {
  return (event) => {
    const kind = OWNER_NOTICES.find((notice) => notice === event.event);
    if (kind !== undefined) void tell(auth, log, { kind, account: event.account, tag: event.subject });
  };
}

async function tell(auth: Pick<AuthService, "call">, log: Log, body: OwnerNotice): Promise<void> {
  const answer = await auth.call({
    method: "POST",
    path: noticeRoute.path,
    body,
    clientAddress: OWN_ADDRESS,
  });
  if (answer.kind !== "answer" || answer.status !== 204)
    log.warn("an owner was not told who was let in", { event: "notice.failed", reason: body.kind });
}
