import fc from "fast-check";
import { request } from "node:https";
import type { Target } from "../attack/target.ts";
import { within } from "../attack/must.ts";
import type { Actor } from "./actors.ts";
import type { Finding, ToolReport } from "./finding.ts";
import { operationsOf, type ApiDocument, type FuzzRequest, type Operation } from "./operations.ts";

/** Longest wait for one answer on a busy machine. */
const ANSWER_MS = 60_000;

/** What the fuzz runs with. */
export interface FuzzPlan {
  readonly actors: readonly Actor[];
  /** Ids of the victim's things. */
  readonly victimIds: readonly string[];
  /** What no answer to another account may hold. */
  readonly canaries: readonly string[];
  /** Requests for each operation and actor. */
  readonly runs: number;
  readonly seed: number;
  /** Status -> how many answers had it; counted here. */
  readonly counts: Map<number, number>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A live stream has no end: only its beginning is read. */
function send(target: Target, actor: Actor, method: string, asked: FuzzRequest): Promise<Answer> {
  const { port, ca } = target.api;
  const { token, from: localAddress, agent } = actor;
  const headers = {
    host: `localhost:${port}`,
    ...asked.headers,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(asked.body !== undefined && {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(asked.body),
    }),
  };
  const where = { host: "127.0.0.1", port, servername: "localhost", ca, localAddress, agent };
  const answer = new Promise<Answer>((resolve, reject) => {
    const sent = request({ ...where, method, path: asked.target, headers }, (incoming) => {
      let text = "";
      const end = (): void => resolve({ status: incoming.statusCode ?? 0, text });
      incoming.on("data", (bytes: Buffer) => {
        text += bytes.toString();
        if (incoming.headers["content-type"]?.startsWith("text/event-stream") === true) sent.destroy();
      });
      incoming.on("close", end);
    });
    sent.on("error", reject);
    sent.end(asked.body);
  });
  return within(ANSWER_MS, `${method} ${asked.target.slice(0, 80)}`, answer);
}

/** What is wrong with an answer; undefined when nothing is. */
export function faultOf(
  { statuses, path }: Operation,
  asked: FuzzRequest,
  { status, text }: Answer,
  foreign: readonly string[],
): string | undefined {
  // A service that is not ready says so with 503, which its document has.
  if (status >= 500 && path !== "/v1/ready") return `answers ${status}: ${text.slice(0, 200)}`;
  if (!statuses.has(status))
    return `answers ${status}, which the document does not have: ${text.slice(0, 200)}`;
  const sent = decodeURIComponent(asked.target) + (asked.body ?? "");
  const shown = foreign.find((canary) => text.includes(canary) && !sent.includes(canary));
  return shown === undefined ? undefined : `shows somebody else's ${JSON.stringify(shown)}`;
}

/** Requests that the fuzz must not make of an actor: they end what the rest needs. */
const ENDS_ITSELF = new Set(["DELETE /v1/auth/sessions"]);

async function fuzzOne(
  target: Target,
  plan: FuzzPlan,
  operation: Operation,
  actor: Actor,
): Promise<Finding | undefined> {
  const foreign = actor.maySee ? [] : plan.canaries;
  const property = fc.asyncProperty(operation.requests([...actor.ids, ...plan.victimIds]), async (asked) => {
    const answer = await send(target, actor, operation.method, asked);
    plan.counts.set(answer.status, (plan.counts.get(answer.status) ?? 0) + 1);
    const fault = faultOf(operation, asked, answer, foreign);
    if (fault !== undefined) throw new Error(fault);
  });
  const { failed, counterexample, errorInstance, seed } = await fc.check(property, {
    ...{ numRuns: plan.runs, seed: plan.seed, endOnFailure: true },
  });
  if (!failed) return undefined;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const what = `${actor.name}: ${operation.method} ${operation.path} ${why} (seed ${seed}: ${JSON.stringify(counterexample)?.slice(0, 400)})`;
  return { severity: "high", what };
}

/** Asks every operation of our own document as everybody: no 5xx, no undocumented status, nothing of the victim's. */
export async function fuzzOperations(target: Target, plan: FuzzPlan): Promise<ToolReport> {
  const document = JSON.parse((await target.ask("GET", "/openapi.json")).text) as ApiDocument;
  const operations = operationsOf(document).filter(
    ({ method, path }) => !ENDS_ITSELF.has(`${method} ${path}`),
  );
  const findings: Finding[] = [];
  for (const [number, operation] of operations.entries()) {
    const found = await Promise.all(
      plan.actors.map((actor) => fuzzOne(target, { ...plan, seed: plan.seed + number }, operation, actor)),
    );
    findings.push(...found.filter((finding) => finding !== undefined));
  }
  for (const { agent } of plan.actors) agent.destroy();
  const counted = [...plan.counts]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${count} x ${status}`);
  const what = `${operations.length} operations x ${plan.actors.length} roles x ${plan.runs} requests, seed ${plan.seed}`;
  return { summary: `${what}: ${counted.join(", ")}`, findings };
}
