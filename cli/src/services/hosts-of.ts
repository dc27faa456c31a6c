import { isIP } from "node:net";
import type { Settings } from "../configuration/settings-schema.ts";
import { publicOrigin } from "./public-origin.ts";

/** Hosts for which the API answers, besides those of its certificate, as a Host header has them. */
export function hostsOf(settings: Pick<Settings, "publicUrl" | "hostNames" | "api">): string[] {
  const names = settings.hostNames.map((name) =>
    isIP(name) === 6 ? new URL(`https://[${name}]`).hostname : name.toLowerCase(),
  );
  return [...new Set(["localhost", new URL(publicOrigin(settings)).hostname, ...names])];
}
