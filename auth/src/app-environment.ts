import type { HttpBindings } from "@hono/node-server";

/** What requests carry through the endpoints. */
export interface AppEnvironment {
  Bindings: HttpBindings;
  Variables: {
    /** Whom throttles count: see addressPrefix. */
    address: string;
  };
}
