import type { HttpBindings } from "@hono/node-server";
import type { FinderReports } from "@purrimeter/store/finder-reports";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { Retention } from "@purrimeter/store/retention";
import type { RetentionBounds } from "@purrimeter/store/retention-choice";
import type { TrailView } from "@purrimeter/store/trail-view";
import type { TagRegistry } from "@purrimeter/store/tag-registry";
import type { ViewerView } from "@purrimeter/store/viewer-view";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { ClientAddresses } from "@purrimeter/service/client-address";
import type { Readiness } from "@purrimeter/service/readiness";
import type { RequestLine } from "@purrimeter/service/request-log";
import type { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { AccessTokens, Identity } from "./edge/access-tokens.ts";
import type { OwnerAct } from "./edge/act-log.ts";
import type { AuthService } from "./edge/auth-service.ts";
import type { CommandRates } from "./commands/command-rates.ts";
import type { Cursors } from "./lists/cursors.ts";
import type { OwnerDataErasure } from "./accounts/owner-data-erasure.ts";
import type { ArchiveJobs } from "./export/archive-jobs.ts";
import type { LiveStreams } from "./live/live-streams.ts";
import type { AlertParts } from "./alerts/alert-parts.ts";

/** What the API needs from outside. main.ts chooses. */
export interface Dependencies {
  forOwner(owner: OwnerId): OwnerView;
  forViewer(viewer: OwnerId): ViewerView;
  readonly finderReports: FinderReports;
  /** The operator's part of it: no owner, no name and no location. */
  readonly registry: Pick<TagRegistry, "page" | "renewLostCode" | "revoke">;
  readonly retentionBounds: RetentionBounds;
  /** The installation's sums. */
  readonly retention: Pick<Retention, "anonymousDays">;
  /** Who did what to tags and who looked at them. */
  readonly trail: Pick<TrailView, "nameOf" | "prove" | "read" | "shareOf" | "size">;
  readonly live: LiveStreams;
  /** Writes archives of accounts. */
  readonly archives: Pick<ArchiveJobs, "start">;
  readonly erasures: Pick<OwnerDataErasure, "erase">;
  readonly readiness: Pick<Readiness, "report">;
  readonly auth: Pick<AuthService, "call">;
  readonly tokens: AccessTokens;
  readonly cursors: Cursors;
  readonly addresses: ClientAddresses;
  readonly ownerRates: RateLimiter;
  readonly addressRates: RateLimiter;
  /** Of files of locations, by account. */
  readonly exportRates: RateLimiter;
  readonly commandRates: CommandRates;
  /** How long the operator keeps backups, in days: until then they hold what an owner deleted. */
  readonly backupKeptDays: number;
  /** Of what finders ask and write, by address. */
  readonly finderRates: RateLimiter;
  /** Of what they write, by address and tag: never by tag alone, or anybody who reads a collar could keep finders out. */
  readonly finderTagRates: RateLimiter;
  readonly alerts: AlertParts;
  /** Host names (no port, lower case) that we answer for. */
  readonly hosts: ReadonlySet<string>;
  /** Origins whose pages may call us from a browser; none by default. */
  readonly origins: readonly string[];
  /** URI for reports of vulnerabilities; undefined: none is told. */
  readonly securityContact: string | undefined;
  /** Told of what rules of security count. */
  readonly alarms: Alarms;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
  logRequest(line: RequestLine): void;
  /** What an owner did to who has a tag or sees where it is; the tag is not known of a share that is left. */
  logAct(act: OwnerAct, tag?: TagId): void;
  /** An error that is our own fault. */
  logFailure(error: unknown, route: string): void;
}

/** What travels with a request. */
export interface Env {
  /** Absent when a test asks the app without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    identity: Identity;
    view: OwnerView;
    owner: OwnerId;
    clientAddress: string;
  };
}
