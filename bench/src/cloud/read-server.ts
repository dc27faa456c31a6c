import { getRequestListener } from "@hono/node-server";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { makeTestApi } from "@purrimeter/cloud-api/testing/test-api";
import { makeTestCertificates } from "@purrimeter/cloud-api/testing/test-certificates";
import { NOW_S } from "@purrimeter/cloud-api/testing/test-keys";
import { fixAt, record } from "@purrimeter/cloud-api/testing/test-reports";
import { openDatabase } from "@purrimeter/database/open-database";
import type { Fetch } from "@purrimeter/service/listen";
import { listenOnLoopback } from "@purrimeter/service/testing/listen-on-loopback";

// One server of the benchmark "read", a process of its own: "ours" is the whole API over a real store, with its token
// check; "peer" is a bare Hono route with one SQLite read from the same kind of encrypted file. Both behind the API's TLS
// 1.3 listener, or ("plain") behind node:http, which shows what the program itself costs.

/** What the loader asks for, and with which header. */
interface Served {
  readonly fetch: Fetch;
  readonly paths: readonly string[];
  readonly authorization: string;
}

const TAGS = 50;

async function ours(): Promise<Served> {
  const api = await makeTestApi();
  const owner = await api.owner();
  const paths: string[] = [];
  for (let i = 0; i < TAGS; i++) {
    const tag = await api.claimedTag(owner);
    const fixes = Array.from({ length: 10 }, (_, minute) =>
      fixAt(NOW_S - 600 + minute * 60, i * 100 + minute),
    );
    await record(api.store, tag, fixes);
    paths.push(`/v1/tags/${tag}/locations/latest`);
  }
  return { fetch: api.app.fetch, paths, authorization: `Bearer ${owner.token}` };
}

function peer(): Served {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-bench-"));
  const sql =
    "CREATE TABLE latest (tag TEXT PRIMARY KEY, at INTEGER, lat REAL, lon REAL, accuracy REAL) STRICT";
  const database = openDatabase({
    path: join(folder, "peer.db"),
    key: randomBytes(32),
    migrations: [{ name: "latest", sql }],
  });
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const paths: string[] = [];
  for (let i = 0; i < TAGS; i++) {
    database.prepare("INSERT INTO latest VALUES (?, ?, 1.5, -30.5, 4.5)").run(`cat-${i}`, NOW_S);
    paths.push(`/latest/cat-${i}`);
  }
  const statement = database.prepare("SELECT at, lat, lon, accuracy FROM latest WHERE tag = ?");
  const app = new Hono().get("/latest/:tag", (c) => c.json(statement.get(c.req.param("tag")) as object));
  return { fetch: app.fetch, paths, authorization: "none" };
}

/** Resolves with the port. */
async function listenPlainly(fetch: Served["fetch"]): Promise<number> {
  const listener = getRequestListener(fetch);
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const [, , which, transport] = process.argv;
const { fetch, paths, authorization } = which === "ours" ? await ours() : peer();
const { cloudApi, authority } = makeTestCertificates();
const port =
  transport === "plain" ? await listenPlainly(fetch) : (await listenOnLoopback(fetch, cloudApi)).port;
process.once("disconnect", () => process.exit());
process.on("message", () => process.send?.({ type: "cpu", microseconds: process.cpuUsage() }));
process.send?.({ type: "ready", port, authority, paths, authorization });
