import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { Report, Settings, Status } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { CacheInvalidation } from "@purrimeter/database/cache-invalidation";
import type { GroupCommit } from "@purrimeter/database/group-commit";
import type { ReportRecorder } from "./report-recorder.ts";
import type { StatusRecorder } from "./status-recorder.ts";
import type {
  ChangedSettings,
  Received,
  Unjudged,
  RecordOutcome,
  Refused,
  ReportStore,
  DeadLetterOutcome,
  SettingsCursor,
  RegistrationState,
} from "../recording/report-store.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { OpenOwnership, OpenOwnerships } from "./open-ownerships.ts";
import type { WantedSettings } from "../geofences/wanted-settings.ts";

/** What SqliteReportStore is made of. */
export interface ReportStoreParts {
  readonly invalidation: CacheInvalidation;
  readonly commits: GroupCommit;
  readonly openOwnerships: OpenOwnerships;
  readonly reports: ReportRecorder;
  readonly deadLetters: DeadLetters;
  readonly statuses: StatusRecorder;
  readonly settings: WantedSettings;
}

/** The tag changed hands while its report waited. The tag sends it again, and then it is judged anew. */
const CHANGED_HANDS: Refused = { kind: "refused", reason: "busy" };

type Prepare<Outcome> = (ownership: OpenOwnership) => () => Outcome;

/** The bridge's side of the store on SQLite. */
export class SqliteReportStore implements ReportStore {
  readonly #parts: ReportStoreParts;
  #cursor: SettingsCursor | undefined;

  constructor(parts: ReportStoreParts) {
    this.#parts = parts;
    parts.invalidation.onStale(() => {
      this.#cursor = undefined;
    });
  }

  registrationState(tag: TagId): Promise<RegistrationState> {
    return Promise.try(() => {
      this.#parts.invalidation.check();
      return this.#parts.openOwnerships.registrationState(tag);
    });
  }

  recordReport(tag: TagId, report: Report, received: Received | Unjudged): Promise<RecordOutcome> {
    const { reports } = this.#parts;
    return this.#inOwnership(tag, (ownership) => {
      const believed = reports.believedBefore(ownership, received);
      return () => reports.record(ownership, report, received, believed);
    });
  }

  keepDeadLetter(
    tag: TagId,
    bytes: Uint8Array,
    reason: DecodeReason,
    at: UnixSeconds,
  ): Promise<DeadLetterOutcome> {
    return this.#inOwnership(
      tag,
      (ownership) => () => this.#parts.deadLetters.record(ownership, bytes, reason, at),
    );
  }

  recordStatus(
    tag: TagId,
    status: Status,
    at: UnixSeconds,
  ): Promise<{ readonly kind: "recorded" } | Refused> {
    return this.#inOwnership(tag, () => () => {
      this.#parts.statuses.record(tag, status, at);
      return { kind: "recorded" } as const;
    });
  }

  recordManySessions(tag: TagId, at: UnixSeconds): Promise<{ readonly kind: "recorded" } | Refused> {
    return this.#inOwnership(tag, ({ id }) => () => {
      this.#parts.statuses.recordManySessions(id, at);
      return { kind: "recorded" } as const;
    });
  }

  wantedSettings(tag: TagId): Promise<Settings | undefined> {
    return this.#parts.settings.of(tag);
  }

  wireVersionOf(tag: TagId): Promise<number> {
    return Promise.try(() => this.#parts.settings.wireVersionOf(tag));
  }

  settingsChangedSince(cursor: SettingsCursor | undefined): Promise<ChangedSettings> {
    return Promise.try(() => this.#changedSince(cursor));
  }

  #changedSince(cursor: SettingsCursor | undefined): ChangedSettings {
    const { invalidation, settings } = this.#parts;
    invalidation.check();
    this.#cursor ??= settings.newest();
    if (cursor === undefined || cursor === this.#cursor) return { tags: [], cursor: this.#cursor };
    return settings.changedSince(cursor);
  }

  /** `prepare` gives the work of the transaction. Without a pause when the tag's key is at hand, which it is for most reports. */
  #inOwnership<Outcome>(tag: TagId, prepare: Prepare<Outcome>): Promise<Outcome | Refused> {
    const ownership = this.#parts.openOwnerships.peek(tag);
    return ownership === undefined ? this.#afterOpening(tag, prepare) : this.#submit(ownership, prepare);
  }

  async #afterOpening<Outcome>(tag: TagId, prepare: Prepare<Outcome>): Promise<Outcome | Refused> {
    const ownership = await this.#parts.openOwnerships.open(tag);
    return typeof ownership === "string"
      ? { kind: "refused", reason: ownership }
      : this.#submit(ownership, prepare);
  }

  #submit<Outcome>(ownership: OpenOwnership, prepare: Prepare<Outcome>): Promise<Outcome | Refused> {
    const { commits, openOwnerships } = this.#parts;
    const work = prepare(ownership);
    return commits.submit(() => (openOwnerships.isPresent(ownership) ? work() : CHANGED_HANDS));
  }
}
