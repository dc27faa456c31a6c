import { readFileSync } from "node:fs";
import type { Capability, Policy } from "./vault-server.ts";

/** The processes that docs/secrets.md gives a policy. */
export type PolicyHolder = "alerts" | "auth" | "bridge" | "cloud-api" | "notifier" | "operator";

/** The policies as docs/secrets.md tells an operator to write them: what is tested is what is documented. */
export function documentedPolicies(): Record<PolicyHolder, Policy> {
  const text = readFileSync(new URL("../../../docs/secrets.md", import.meta.url), "utf8");
  return {
    alerts: policyIn(text, "alerts"),
    auth: policyIn(text, "auth"),
    bridge: policyIn(text, "bridge"),
    "cloud-api": policyIn(text, "cloud-api"),
    notifier: policyIn(text, "notifier"),
    operator: policyIn(text, "operator"),
  };
}

function policyIn(text: string, holder: PolicyHolder): Policy {
  const block = text.split(`\`${holder}.hcl\``)[1]?.split("```hcl\n")[1]?.split("```")[0] ?? "";
  const paths = [...block.matchAll(/^path "([^"]+)" \{\n {2}capabilities = (\[[^\]]+\])\n\}$/gm)];
  if (paths.length === 0) throw new Error(`docs/secrets.md has no policy of ${holder}`);
  return Object.fromEntries(
    paths.map(([, path = "", list = "[]"]): [string, Capability[]] => [
      path,
      JSON.parse(list) as Capability[],
    ]),
  );
}
