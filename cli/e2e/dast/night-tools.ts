import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Finding, Severity, ToolReport } from "./finding.ts";
import type { TlsPort } from "./scan-tls.ts";
import { runTool } from "./run-tool.ts";

const TESTSSL_S = 900;
/** Less than an access token lives. */
const SQLMAP_S = 500;

const SEVERITY: Readonly<Record<string, Severity>> = {
  LOW: "low",
  MEDIUM: "medium",
  HIGH: "high",
  CRITICAL: "high",
};
/** Of our own authority, which no browser knows: the operator's own certificate is checked at each start. */
const EXPECTED = [
  "cert_chain_of_trust",
  "cert_crlDistributionPoints",
  "cert_ocspURL",
  "cert_trust",
  "cert_revocation",
  "DNS_CAArecord",
];
const rowsSchema = z.array(z.object({ id: z.string(), severity: z.string(), finding: z.string() }));

/** testssl.sh on each port. */
export async function testSsl(ports: readonly TlsPort[]): Promise<ToolReport> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-testssl-"));
  const findings: Finding[] = [];
  for (const { service, port } of ports) {
    const out = join(folder, `${port}.json`);
    await runTool(
      "testssl",
      ["--quiet", "--warnings=off", "--color=0", "--ip=one", `--jsonfile=${out}`, `127.0.0.1:${port}`],
      TESTSSL_S,
    );
    const rows = rowsSchema.parse(JSON.parse(readFileSync(out, "utf8")));
    for (const { id, severity, finding } of rows) {
      const level = EXPECTED.some((name) => id.startsWith(name)) ? "info" : SEVERITY[severity];
      if (level !== undefined)
        findings.push({ severity: level, what: `${service} on port ${port}: ${id}: ${finding}` });
    }
  }
  rmSync(folder, { recursive: true });
  return { summary: `${ports.length} ports`, findings };
}

/** sqlmap on each URL, whose query or path it changes. */
export async function mapSql(
  urls: readonly string[],
  freshToken: () => Promise<string>,
): Promise<ToolReport> {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-sqlmap-"));
  const findings: Finding[] = [];
  for (const url of urls) {
    const header = `--headers=Authorization: Bearer ${await freshToken()}`;
    const args = [
      "-u",
      url,
      header,
      "--batch",
      "--level=2",
      "--risk=1",
      "--flush-session",
      `--output-dir=${folder}`,
      "--disable-coloring",
    ];
    const { stdout } = await runTool("sqlmap", args, SQLMAP_S);
    if (/is vulnerable|injectable with|injection point\(s\)/.test(stdout))
      findings.push({ severity: "high", what: `${url}: ${stdout.slice(-600)}` });
  }
  rmSync(folder, { recursive: true, force: true });
  return { summary: `${urls.length} URLs`, findings };
}
