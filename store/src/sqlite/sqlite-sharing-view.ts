import type { TagId } from "@purrimeter/protocol/values";
import { AccountAlerts, type AccountAlertsParts } from "../alerts/account-alerts.ts";
import type { OwnedShares } from "../sharing/owned-shares.ts";
import type { InviteOutcome, Share, ShareDraft, ShareId, ShareRights, SharesView } from "../sharing/share.ts";
import { CLOCK_NOT_TRUSTED, type ClockRefusal } from "../tags/clock-refusal.ts";
import type {
  AcceptedTransfer,
  ConfirmOutcome,
  OfferedTransfer,
  Transfer,
  TransfersView,
} from "../transfers/transfer.ts";
import type { Transfers } from "../transfers/transfers.ts";

/** What SqliteSharingView is made of. */
export interface SharingViewParts {
  readonly shares: OwnedShares;
  readonly transfers: Transfers;
  readonly alerts: AccountAlertsParts;
  /** Whether anything may begin, or be promised for a time. */
  readonly isClockPlausible: () => boolean;
}

/** Whom an owner lets look or gives a tag, and what the owner is told. */
export class SqliteSharingView extends AccountAlerts implements SharesView, TransfersView {
  readonly #parts: SharingViewParts;

  constructor(parts: SharingViewParts) {
    super(parts.alerts);
    this.#parts = parts;
  }

  shares(tag: TagId): Promise<readonly Share[] | "not-found"> {
    return this.#parts.shares.list(tag);
  }

  inviteViewer(tag: TagId, draft: ShareDraft): Promise<InviteOutcome> {
    return this.#parts.shares.invite(tag, draft);
  }

  changeShare(tag: TagId, id: ShareId, change: ShareRights): Promise<Share | "not-found"> {
    return this.#parts.shares.change(tag, id, change);
  }

  removeShare(tag: TagId, id: ShareId): Promise<"removed" | "not-found"> {
    return Promise.try(() => this.#parts.shares.remove(tag, id));
  }

  transfer(tag: TagId): Promise<Transfer | undefined | "not-found"> {
    return Promise.try(() => this.#parts.transfers.read(tag));
  }

  offerTransfer(tag: TagId): Promise<OfferedTransfer | "not-found" | ClockRefusal> {
    return this.#onTime(() => this.#parts.transfers.offer(tag));
  }

  cancelTransfer(tag: TagId): Promise<"cancelled" | "not-found"> {
    return Promise.try(() => this.#parts.transfers.cancel(tag));
  }

  acceptTransfer(code: string): Promise<AcceptedTransfer | "wrong-code" | ClockRefusal> {
    return this.#onTime(() => this.#parts.transfers.accept(code));
  }

  confirmTransfer(tag: TagId, checkNumber: string): Promise<ConfirmOutcome> {
    return this.#onTime(() => this.#parts.transfers.confirm(tag, checkNumber));
  }

  /** What begins an ownership, or says until when: not by a clock that is not trusted. */
  #onTime<Outcome>(work: () => Outcome | Promise<Outcome>): Promise<Outcome | ClockRefusal> {
    return Promise.try(() => (this.#parts.isClockPlausible() ? work() : CLOCK_NOT_TRUSTED));
  }
}
