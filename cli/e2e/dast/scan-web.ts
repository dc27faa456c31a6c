import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Finding, Severity, ToolReport } from "./finding.ts";
import { runTool } from "./run-tool.ts";

/** What wapiti may try: nothing that needs another host than ours (ssrf, xxe, nikto and wapp do). */
const MODULES =
  "backup,blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss";
/** For all of it, and for each module. */
const SCAN_S = 20;
const MODULE_S = 10;

const entrySchema = z.object({ level: z.number(), method: z.string(), path: z.string(), info: z.string() });
const reportSchema = z.object({
  vulnerabilities: z.record(z.string(), z.array(entrySchema)),
  anomalies: z.record(z.string(), z.array(entrySchema)),
  infos: z.object({ crawled_pages_nbr: z.number().optional() }).loose(),
});

const LEVELS: readonly Severity[] = ["info", "low", "medium", "high"];

/** wapiti's levels go from 1 to 3; a 5xx answer is an anomaly. */
function findingsOf(report: z.infer<typeof reportSchema>): Finding[] {
  const all = { ...report.vulnerabilities, ...report.anomalies };
  return Object.entries(all).flatMap(([kind, entries]) =>
    entries.map(({ level, method, path, info }) => ({
      severity: LEVELS[Math.min(level, 3)] ?? "high",
      what: `${kind}: ${method} ${path}: ${info}`,
    })),
  );
}

/** Runs wapiti with a token on the API's URLs. */
export async function scanWeb(base: string, paths: readonly string[], token: string): Promise<ToolReport> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-wapiti-"));
  const out = join(folder, "report.json");
  const kept = ["--store-session", join(folder, "session"), "--store-config", join(folder, "config")];
  const args = [
    ...["--url", `${base}/v1/`, "--scope", "domain", "--module", MODULES, ...kept, "--no-bugreport"],
    ...paths.flatMap((path) => ["--start", `${base}${path}`]),
    ...["--header", `Authorization: Bearer ${token}`, "--max-scan-time", String(SCAN_S)],
    ...["--max-attack-time", String(MODULE_S), "--format", "json", "--output", out, "--verbose", "0"],
  ];
  try {
    const { code, stderr } = await runTool("wapiti", args, SCAN_S + 16 * MODULE_S);
    if (code !== 0)
      return { summary: "wapiti failed", findings: [{ severity: "high", what: stderr.slice(-400) }] };
    const report = reportSchema.parse(JSON.parse(readFileSync(out, "utf8")));
    const findings = findingsOf(report);
    const pages = report.infos.crawled_pages_nbr ?? paths.length;
    return {
      summary: `${paths.length} URLs, ${pages} pages, ${MODULES.split(",").length} modules`,
      findings,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
