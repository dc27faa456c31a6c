import { isIP } from "node:net";
import { DEFAULT_API_PORT, type Settings } from "../configuration/settings-schema.ts";

type PublicSettings = Pick<Settings, "publicUrl" | "hostNames"> & { readonly api: { readonly port: number } };

/**
 * Origin of the pages and links. Without a public URL it is the first host name and the port of the API. With any port
 * the origin is not known yet when the authentication service starts: then it has the usual port.
 */
export function publicOrigin({ publicUrl, hostNames, api }: PublicSettings): string {
  if (publicUrl !== undefined) return publicUrl;
  const name = hostNames.find((host) => isIP(host) === 0) ?? "localhost";
  return new URL(`https://${name}:${api.port === 0 ? DEFAULT_API_PORT : api.port}`).origin;
}

/** Origin for links to the API in messages: undefined while nobody can know it, since the API takes any port. */
export function knownOrigin(settings: PublicSettings): string | undefined {
  return settings.publicUrl === undefined && settings.api.port === 0 ? undefined : publicOrigin(settings);
}

/** To what passkeys are bound: a host name, for an address does not do, and the origin of the pages. */
export function relyingParty(settings: PublicSettings): { id: string; origins: [string] } {
  const origin = publicOrigin(settings);
  return { id: new URL(origin).hostname, origins: [origin] };
}
