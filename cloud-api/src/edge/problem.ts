import { problemsOf } from "@purrimeter/service/problem";
import { PROBLEM_TYPES } from "./problem-types.ts";

/** The problems of this API. */
export const { problem, refuse } = problemsOf(PROBLEM_TYPES);
