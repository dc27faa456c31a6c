import fc from "fast-check";

/** The part of JSON Schema that our document has. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export type Schemas = Readonly<Record<string, Schema>>;

/** What breaks parsers, paths, queries, headers and logs. */
const HOSTILE = [
  ...["", " ", "%00", "\u0000", "\r\nX-A: b", "../../etc/passwd", "' OR '1'='1", '"; DROP TABLE account; --'],
  ...[
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${7*7}",
    "__proto__",
    "constructor",
    "\ud800",
    "\u202e",
    "%zz",
  ],
  ...[
    "-1",
    "1e400",
    "NaN",
    "9".repeat(400),
    "a".repeat(5_000),
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00Z",
  ],
];

const hostile = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(...HOSTILE, null, true, -1, 1e308, 2 ** 53, [], {}),
    fc.jsonValue({ maxDepth: 3 }),
  );

function text({ format, minLength = 0, maxLength = 200, pattern }: Schema): fc.Arbitrary<unknown> {
  const length = { minLength, maxLength: Math.min(maxLength, Math.max(minLength, 300)) };
  if (format === "date-time")
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((at) => `${at.toISOString().slice(0, 19)}Z`);
  if (format === "email") return fc.emailAddress();
  if (pattern !== undefined && !/[(][?]/.test(pattern)) return fc.stringMatching(new RegExp(pattern)); // eslint-disable-line security/detect-non-literal-regexp -- of our own document
  return fc.string({ unit: "grapheme", ...length });
}

function object(
  { properties = {}, required = [] }: Schema,
  schemas: Schemas,
  wild: number,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema, schemas, wild)]),
  );
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
}

function list(
  { items = {}, minItems = 0, maxItems = 5 }: Schema,
  schemas: Schemas,
  wild: number,
): fc.Arbitrary<unknown> {
  const maxLength = Math.max(minItems, Math.min(maxItems, 6));
  return fc.array(arbitraryOf(items, schemas, wild), { minLength: minItems, maxLength });
}

function number({ type, minimum = -1e9, maximum = 1e9 }: Schema): fc.Arbitrary<unknown> {
  if (type === "integer")
    return fc.integer({ min: Math.ceil(minimum), max: Math.floor(Math.min(maximum, 2 ** 31 - 1)) });
  return fc.double({ min: minimum, max: maximum, noNaN: true });
}

function tame(schema: Schema, schemas: Schemas, wild: number): fc.Arbitrary<unknown> {
  const { type, enum: values, $ref, oneOf, anyOf, allOf } = schema;
  if ($ref !== undefined) return arbitraryOf(schemas[$ref.split("/").at(-1) ?? ""] ?? {}, schemas, wild);
  const choices = oneOf ?? anyOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => arbitraryOf(one, schemas, wild)));
  if (allOf !== undefined) return arbitraryOf(allOf[0] ?? {}, schemas, wild);
  if (values !== undefined) return fc.constantFrom(...values);
  if (type === "object") return object(schema, schemas, wild);
  if (type === "array") return list(schema, schemas, wild);
  if (type === "number" || type === "integer") return number(schema);
  if (type === "boolean") return fc.boolean();
  return type === "string" ? text(schema) : hostile();
}

/**
 * Values of a schema, some of them hostile at any depth.
 * @param wild out of 100 values of each schema, how many fit nothing
 */
export function arbitraryOf(schema: Schema, schemas: Schemas, wild: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: tame(schema, schemas, wild), weight: 100 - wild },
    { arbitrary: hostile(), weight: wild },
  );
}
