import type { JsonClient } from "../client/json-client.ts";
import { z } from "zod";
import type { ReadinessCheck } from "../metrics/readiness.ts";

const reportSchema = z.object({
  status: z.enum(["ready", "not-ready"]),
  checks: z.record(z.string(), z.object({ ok: z.boolean() })),
});

/** Whether another process says on its loopback port that it is ready. `client` reaches that port. */
export function peerCheck(name: string, client: Pick<JsonClient, "send">): ReadinessCheck {
  return {
    name,
    check: async () => {
      const answer = await client.send({ method: "GET", path: "/v1/ready" });
      if (answer.kind !== "answer") return { ok: false, detail: answer.reason };
      const report = reportSchema.safeParse(answer.body).data;
      if (report === undefined) return { ok: false, detail: "answer is not a readiness report" };
      if (report.status === "ready") return { ok: true, detail: "ready" };
      const bad = Object.entries(report.checks).flatMap(([check, { ok }]) => (ok ? [] : [check]));
      return { ok: false, detail: `not ready: ${bad.join(", ")}` };
    },
  };
}
