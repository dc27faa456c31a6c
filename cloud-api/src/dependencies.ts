import type { HttpBindings } from "@hono/node-server";
import type { OwnerId, OwnerView } from "@purrimeter/store/owner-view";
import type { AccessTokens } from "./access-tokens.ts";
import type { AuthService } from "./auth-service.ts";
import type { ClientAddresses } from "./client-address.ts";
import type { Cursors } from "./cursors.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** One answered request, without a place or a person: what may be logged. */
export interface RequestLine {
  /** Pattern of the route, never the path. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

/** What the API needs from outside. main.ts chooses. */
export interface Dependencies {
  forOwner(owner: OwnerId): OwnerView;
  readonly auth: Pick<AuthService, "call">;
  readonly tokens: AccessTokens;
  readonly cursors: Cursors;
  readonly addresses: ClientAddresses;
  readonly ownerRates: RateLimiter;
  readonly addressRates: RateLimiter;
  /** Host names (no port, lower case) that we answer for. */
  readonly hosts: ReadonlySet<string>;
  /** Origins whose pages may call us from a browser; none by default. */
  readonly origins: readonly string[];
  readonly monotonicMs: () => number;
  logRequest(line: RequestLine): void;
  /** An error that is our own fault. */
  logFailure(error: unknown, route: string): void;
}

/** What travels with a request. */
export interface Env {
  /** Absent when a test asks the app without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    view: OwnerView;
    owner: OwnerId;
    clientAddress: string;
  };
}
