import { describeRefusal, isRefusal, type Refusal } from "@purrimeter/certs/refusal";
import { failed, type Failure } from "../terminal/failure.ts";

/** What the authority answered, with a refusal as a failure of the command line. */
export function orFailure<Result extends object>(answer: Result): Exclude<Result, Refusal> | Failure {
  return isRefusal(answer) ? failed(describeRefusal(answer)) : (answer as Exclude<Result, Refusal>);
}
