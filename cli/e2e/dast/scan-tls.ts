import type { Finding, Severity, ToolReport } from "./finding.ts";
import type { ListeningPort } from "./listening-ports.ts";
import { runTool } from "./run-tool.ts";

const SCAN_S = 60;

/** Which TLS versions a port may speak. */
export interface TlsPort extends ListeningPort {
  readonly versions: readonly string[];
}

interface Rule {
  readonly pattern: RegExp;
  readonly severity: Severity;
  readonly what: string;
}

/** Of sslscan's XML. */
const RULES: readonly Rule[] = [
  { pattern: /<heartbleed [^>]*vulnerable="1"/, severity: "high", what: "is vulnerable to Heartbleed" },
  { pattern: /<compression supported="1"/, severity: "high", what: "compresses (CRIME)" },
  { pattern: /<renegotiation supported="1" secure="0"/, severity: "high", what: "renegotiates insecurely" },
  { pattern: /<cipher [^>]*strength="(?:weak|null|anonymous)"/, severity: "high", what: "has a weak cipher" },
  { pattern: /<cipher [^>]*strength="medium"/, severity: "medium", what: "has a cipher of medium strength" },
  {
    pattern: /<signature-algorithm>[^<]*(?:md5|sha1)/i,
    severity: "high",
    what: "has a certificate signed with MD5 or SHA-1",
  },
  { pattern: /<expired>true/, severity: "high", what: "has a certificate that has ended" },
  {
    pattern: /<pk [^>]*type="RSA" bits="(?:512|768|1024|1536)"/,
    severity: "high",
    what: "has a short RSA key",
  },
];

function versionFindings(xml: string, allowed: readonly string[]): Finding[] {
  const offered = [...xml.matchAll(/<protocol type="(\w+)" version="([\d.]+)" enabled="1"/g)].map(
    ([, type = "", version = ""]) => `${type} ${version}`,
  );
  if (offered.length === 0) return [{ severity: "medium", what: "was not scanned: no TLS was found" }];
  return offered
    .filter((version) => !allowed.includes(version))
    .map((version) => ({ severity: version === "tls 1.2" ? "medium" : "high", what: `offers ${version}` }));
}

/** What sslscan's XML says of one port. */
export function tlsFindings(xml: string, { service, port, versions }: TlsPort): Finding[] {
  const found = RULES.filter(({ pattern }) => pattern.test(xml));
  return [...versionFindings(xml, versions), ...found].map(({ severity, what }) => ({
    severity,
    what: `${service} on port ${port} ${what}`,
  }));
}

function summaryOf(xml: string, { service, port }: TlsPort): string {
  const ciphers = [...xml.matchAll(/<cipher [^>]*sslversion="([^"]+)"[^>]* cipher="([^"]+)"/g)];
  const names = ciphers.map(([, version = "", cipher = ""]) => `${version} ${cipher}`);
  return `${service} ${port}: ${names.join(", ")}`;
}

/** Files of what a tag shows: some ports answer nobody else. */
export interface ClientFiles {
  readonly cert: string;
  readonly key: string;
}

/** Runs sslscan on each port. */
export async function scanTls(ports: readonly TlsPort[], client: ClientFiles): Promise<ToolReport> {
  const findings: Finding[] = [];
  const summaries: string[] = [];
  for (const port of ports) {
    const args = [
      "--no-colour",
      "--xml=-",
      "--sni-name=localhost",
      `--certs=${client.cert}`,
      `--pk=${client.key}`,
      `127.0.0.1:${port.port}`,
    ];
    const { stdout } = await runTool("sslscan", args, SCAN_S);
    findings.push(...tlsFindings(stdout, port));
    summaries.push(summaryOf(stdout, port));
  }
  return { summary: `${ports.length} ports: ${summaries.join("; ")}`, findings };
}
