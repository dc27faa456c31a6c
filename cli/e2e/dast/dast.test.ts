import fc from "fast-check";
import { expect, test } from "vitest";
import { isSerious } from "./finding.ts";
import { faultOf } from "./fuzz-operations.ts";
import { operationsOf, type ApiDocument } from "./operations.ts";
import { tlsFindings } from "./scan-tls.ts";

const PORT = { service: "bridge", port: 8_883, versions: ["tls 1.3"] };
const protocol = (version: string, enabled: 0 | 1): string =>
  `<protocol type="tls" version="${version}" enabled="${enabled}" />`;
const GOOD = protocol("1.2", 0) + protocol("1.3", 1);

const DOCUMENT: ApiDocument = {
  paths: {
    "/v1/cats/{id}": {
      delete: { operationId: "deleteCat", responses: { 204: {} } },
      put: {
        operationId: "putCat",
        parameters: [
          { name: "id", in: "path", schema: { type: "string" } },
          { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 9 } },
          { name: "if-match", in: "header", schema: { type: "string" } },
        ],
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Cat" } } } },
        responses: { 200: {}, 404: {} },
      },
    },
  },
  components: {
    schemas: { Cat: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
  },
};

test("a port of TLS 1.3 alone has no finding", () => {
  expect(tlsFindings(GOOD, PORT)).toEqual([]);
});

test.each([
  ["an older version", protocol("1.2", 1) + GOOD, "offers tls 1.2"],
  ["a port without TLS", protocol("1.3", 0), "no TLS was found"],
  ["Heartbleed", `${GOOD}<heartbleed sslversion="TLSv1.2" vulnerable="1" />`, "Heartbleed"],
  ["a weak cipher", `${GOOD}<cipher status="accepted" strength="weak" />`, "weak cipher"],
  ["a short key", `${GOOD}<pk error="false" type="RSA" bits="1024" />`, "short RSA key"],
  ["an old signature", `${GOOD}<signature-algorithm>sha1WithRSAEncryption</signature-algorithm>`, "SHA-1"],
])("%s is a serious finding", (_name, xml, what) => {
  const findings = tlsFindings(xml, PORT);
  expect(findings).toMatchObject([{ what: expect.stringContaining(what) as string }]);
  expect(findings.every(isSerious)).toBe(true);
});

test("what deletes is asked last", () => {
  expect(operationsOf(DOCUMENT).map(({ id }) => id)).toEqual(["putCat", "deleteCat"]);
});

test("every request can be sent: ids, queries, headers and bodies are what a client may send", () => {
  const [put] = operationsOf(DOCUMENT);
  if (put === undefined) throw new Error("no operation");
  const named = new Set<boolean>();
  fc.assert(
    fc.property(put.requests(["mimi"]), ({ target, headers, body }) => {
      expect(target).toMatch(/^\/v1\/cats\/[\w.!~*'()%-]*(?:\?[\x21-\x7e]*)?$/);
      for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
      expect(typeof body).toBe("string");
      named.add(target.startsWith("/v1/cats/mimi"));
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(named).toEqual(new Set([true, false]));
});

test("a server error, an undocumented status and a foreign name are faults; what was sent itself is not", () => {
  const [put] = operationsOf(DOCUMENT);
  if (put === undefined) throw new Error("no operation");
  const fault = (status: number, text: string, body = "{}"): string | undefined =>
    faultOf(put, { target: "/v1/cats/x", headers: {}, body }, { status, text }, ["Canary"]);
  expect(fault(200, "{}")).toBeUndefined();
  expect(fault(500, "{}")).toContain("answers 500");
  expect(fault(409, "{}")).toContain("does not have");
  expect(fault(200, '{"name":"Canary"}')).toContain("somebody else's");
  expect(fault(200, '{"name":"Canary"}', '{"name":"Canary"}')).toBeUndefined();
});
