import type { HttpBindings } from "@hono/node-server";
import type { Bearer } from "../login/access-tokens.ts";

/** What requests carry through the endpoints. */
export interface AppEnvironment {
  Bindings: HttpBindings;
  Variables: {
    /** Whom throttles count: see subscriberOf. */
    address: string;
    /** Set on routes that only a session's owner may use. */
    bearer: Bearer;
  };
}
