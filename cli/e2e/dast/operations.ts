import fc from "fast-check";
import { arbitraryOf, type Schema, type Schemas } from "./schema-arbitrary.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** What the fuzz reads of our OpenAPI document. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Schemas };
}

/** One operation, and requests of it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Statuses that the document has for it. */
  readonly statuses: ReadonlySet<number>;
  /** Requests; some name one of the ids. */
  requests(ids: readonly string[]): fc.Arbitrary<FuzzRequest>;
}

export interface FuzzRequest {
  /** With its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Out of 100 values, how many fit nothing. */
const WILD = 12;

const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");
/** A lone surrogate cannot be in a URL. */
const escaped = (value: unknown): string => encodeURIComponent(asText(value).toWellFormed());
/** A header has Latin-1 without control characters: a client sends no other. */
const headerOf = (value: unknown): string => asText(value).replaceAll(/[^\x20-\x7e]/g, "?");

function parametersIn(
  operation: DocumentedOperation,
  where: string,
  schemas: Schemas,
): Record<string, fc.Arbitrary<unknown>> {
  const found = (operation.parameters ?? []).filter((parameter) => parameter.in === where);
  return Object.fromEntries(found.map(({ name, schema }) => [name, arbitraryOf(schema, schemas, WILD)]));
}

function bodyOf({ requestBody }: DocumentedOperation, schemas: Schemas): fc.Arbitrary<string | undefined> {
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  if (schema === undefined) return fc.constant(undefined);
  const text = arbitraryOf(schema, schemas, WILD).map((value) => JSON.stringify(value) ?? "null");
  const cut = fc.tuple(text, fc.nat(200)).map(([whole, at]) => whole.slice(0, at));
  return fc.oneof({ arbitrary: text, weight: 9 }, { arbitrary: cut, weight: 1 });
}

function requestsOf(
  path: string,
  operation: DocumentedOperation,
  schemas: Schemas,
  ids: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const named = parametersIn(operation, "path", schemas);
  const known = ids.length === 0 ? fc.constant("nobody") : fc.constantFrom(...ids);
  const inPath = Object.fromEntries(
    Object.entries(named).map(([name, any]) => [
      name,
      fc.oneof({ arbitrary: known, weight: 3 }, { arbitrary: any, weight: 1 }),
    ]),
  );
  const parts = {
    inPath: fc.record(inPath),
    query: fc.record(parametersIn(operation, "query", schemas), { requiredKeys: [] }),
    headers: fc.record(parametersIn(operation, "header", schemas), { requiredKeys: [] }),
    body: bodyOf(operation, schemas),
  };
  return fc.record(parts).map(({ inPath: values, query, headers, body }) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      escaped((values as Record<string, unknown>)[name]),
    );
    const pairs = Object.entries(query).map(([name, value]) => `${name}=${escaped(value)}`);
    return {
      target: pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerOf(value)])),
      body,
    };
  });
}

/** All operations of the document; those that delete come last. */
export function operationsOf({ paths, components: { schemas } }: ApiDocument): Operation[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      statuses: new Set(Object.keys(operation.responses).map(Number)),
      requests: (ids: readonly string[]) => requestsOf(path, operation, schemas, ids),
    })),
  );
  return all.toSorted((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));
}
