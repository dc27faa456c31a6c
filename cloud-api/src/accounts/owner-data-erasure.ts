import { endErasureRoute, erasuresSchema, listErasuresRoute } from "@purrimeter/auth-api/internal";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { AuthReport } from "../edge/auth-report.ts";
import type { AuthService } from "../edge/auth-service.ts";

/** Whether nothing is stored of an owner any more; what is left over is on the authentication service's list. */
export type ErasureOutcome = "erased" | "left-over";

/** What is needed of the surroundings. */
export interface OwnerDataErasureOptions {
  forOwner(owner: OwnerId): Pick<OwnerView, "eraseOwner">;
  readonly auth: Pick<AuthService, "call">;
  /** Told whether the list of closed accounts could be read. */
  readonly report: Pick<AuthReport, "understood">;
  /** Why something was left over. */
  onFailure(error: unknown): void;
}

/**
 * Erases what the store has of closed accounts. The authentication service closes an account first and lists its id until
 * it hears that all is gone, so whatever breaks off in between is taken up again.
 */
export class OwnerDataErasure {
  readonly #options: OwnerDataErasureOptions;
  readonly #underWay = new Map<OwnerId, Promise<ErasureOutcome>>();

  constructor(options: OwnerDataErasureOptions) {
    this.#options = options;
  }

  /** Erases all that the store has of an account that is closed. Never rejects: what fails is reported and left over. */
  erase(owner: OwnerId): Promise<ErasureOutcome> {
    const known = this.#underWay.get(owner);
    if (known !== undefined) return known;
    const outcome = this.#erase(owner).finally(() => this.#underWay.delete(owner));
    this.#underWay.set(owner, outcome);
    return outcome;
  }

  /** Erases what is on the authentication service's list; "left-over" as well when it does not answer. */
  async sweep(): Promise<ErasureOutcome> {
    const answer = await this.#options.auth.call({ method: "GET", path: listErasuresRoute.path });
    const list = answer.kind === "answer" ? erasuresSchema.safeParse(answer.body).data : undefined;
    if (answer.kind === "answer") this.#options.report.understood("erasures", list !== undefined);
    if (list === undefined) return "left-over";
    let outcome: ErasureOutcome = "erased";
    for (const owner of list.items)
      if ((await this.erase(owner as OwnerId)) === "left-over") outcome = "left-over";
    return outcome;
  }

  async #erase(owner: OwnerId): Promise<ErasureOutcome> {
    try {
      await this.#options.forOwner(owner).eraseOwner();
    } catch (error) {
      this.#options.onFailure(error);
      return "left-over";
    }
    // When this does not arrive, the account stays on the list and is erased once more, which does no harm.
    await this.#options.auth.call({
      method: "DELETE",
      path: endErasureRoute.path.replace("{account}", owner),
    });
    return "erased";
  }
}
