/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field that is an object; undefined for anything else. */
export function fieldsOf(value: Fields | undefined, name: string): Fields | undefined {
  const field = value?.[name];
  return isFields(field) ? field : undefined;
}

/** A field that is a text; undefined for anything else. */
export function textOf(value: Fields | undefined, name: string): string | undefined {
  const field = value?.[name];
  return typeof field === "string" ? field : undefined;
}

/** A field that is a whole number of 0 or more; undefined for anything else. */
export function countOf(value: Fields | undefined, name: string): number | undefined {
  const field = value?.[name];
  return typeof field === "number" && Number.isSafeInteger(field) && field >= 0 ? field : undefined;
}
