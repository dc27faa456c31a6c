import type { z } from "zod";
import type { FieldError } from "./problem.ts";

/** More say nothing new. */
const MAX_ERRORS = 20;

type Issue = z.core.$ZodIssue;

function fieldOf(path: readonly PropertyKey[]): string {
  let field = "";
  for (const part of path)
    field += typeof part === "number" ? `[${part}]` : `${field === "" ? "" : "."}${String(part)}`;
  return field;
}

function joined(outer: string, inner: string): string {
  if (outer === "" || inner === "") return outer + inner;
  return inner.startsWith("[") ? outer + inner : `${outer}.${inner}`;
}

const UNITS: Readonly<Record<string, string>> = { string: "character", array: "item" };

/** "3 characters", "1 item", or the number alone. */
function amount(limit: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `${limit}`;
  return `${limit} ${unit}${Number(limit) === 1 ? "" : "s"}`;
}

/** Our own sentence where the schema has none. */
function valueMessage({ message, values }: Extract<Issue, { code: "invalid_value" }>): string {
  if (!message.startsWith("Invalid ")) return message;
  const allowed = values
    .map((value) => (typeof value === "string" ? `"${value}"` : String(value)))
    .join(", ");
  return values.length === 1 ? `This must be ${allowed}.` : `This must be one of ${allowed}.`;
}

function typeMessage(issue: Extract<Issue, { code: "invalid_type" }>): string {
  if (issue.input === undefined && issue.message.includes("undefined")) return "This field is required.";
  // A query's parameter that comes twice is a list.
  if (issue.expected === "string" && issue.message.includes("received array"))
    return "This must be one string, given once.";
  const article = /^[aeiou]/.test(issue.expected) ? "an" : "a";
  return `This must be ${article} ${issue.expected}.`;
}

function errorsOf(issue: Issue): FieldError[] {
  const field = fieldOf(issue.path);
  switch (issue.code) {
    case "invalid_type":
      return [{ field, message: typeMessage(issue) }];
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        field: joined(field, key.slice(0, 64)),
        message: "There is no such field.",
      }));
    case "too_big":
      return [
        {
          field,
          message: `At most ${amount(issue.maximum, issue.origin)}.`,
          limit: Number(issue.maximum),
        },
      ];
    case "too_small":
      return [
        {
          field,
          message: `At least ${amount(issue.minimum, issue.origin)}.`,
          limit: Number(issue.minimum),
        },
      ];
    case "invalid_union":
      return [
        { field: issue.discriminator === undefined ? joined(field, "type") : field, message: issue.message },
      ];
    case "custom": {
      const params = (issue.params ?? {}) as { field?: string; limit?: number };
      return [{ field: joined(field, params.field ?? ""), message: issue.message, limit: params.limit }];
    }
    case "invalid_value":
      return [{ field, message: valueMessage(issue) }];
    case "invalid_format":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
      return [{ field, message: issue.message }];
  }
}

/** What Zod found, as this API says it: the field's path, a sentence, and the limit where there is one. */
export function fieldErrors(issues: readonly Issue[], where: string): readonly FieldError[] {
  const errors = issues.flatMap(errorsOf).slice(0, MAX_ERRORS);
  return errors.map((error) => (error.field === "" ? { ...error, field: where } : error));
}
