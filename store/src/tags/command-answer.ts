import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";

/** What a tag says that it did with a command. */
export interface CommandAnswer {
  /** Id of the command. */
  readonly command: number;
  readonly outcome: AnswerOutcome;
  /** When the tag did it; 0 when it did not know the time. */
  readonly at: UnixSeconds;
  /** When the bridge had it. */
  readonly recordedAt: UnixSeconds;
}

/** The answers of one owner's tags. Missing and foreign give the same answer. */
export interface CommandAnswersView {
  /** In the order in which the tag gave them; of more than 100 the last ones. */
  commandAnswers(tag: TagId): Promise<readonly CommandAnswer[] | "not-found">;
}
