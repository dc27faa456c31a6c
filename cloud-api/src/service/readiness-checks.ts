import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { certificateCheck } from "@purrimeter/service/certificate-check";
import { diskCheck } from "@purrimeter/service/disk-check";
import type { JsonClient } from "@purrimeter/service/json-client";
import { peerCheck } from "@purrimeter/service/peer-check";
import type { ReadinessCheck } from "@purrimeter/service/readiness";
import { storeCheck } from "@purrimeter/service/store-check";
import type { Time } from "@purrimeter/service/time";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { Store } from "@purrimeter/store/open-store";
import type { EndedSessions } from "../edge/ended-sessions.ts";

/** What is asked whether it is well. */
export interface CheckedParts {
  /** What it reads of the configuration. */
  readonly config: {
    readonly database: string;
    readonly tls: { readonly certificate: string };
    readonly peers: readonly { readonly name: string }[];
  };
  readonly store: Pick<Store, "check">;
  readonly keyRing: Pick<KeyRing, "version">;
  readonly ended: Pick<EndedSessions, "isKnown">;
  /** One for each of `config.peers`, in their order. */
  readonly peers: readonly Pick<JsonClient, "send">[];
  readonly time: Time;
}

/** No owner has this id: asking for its key reads the ring, and nothing else. */
const NOBODY = "readiness";

/** Everything without which owners or tags are not served. */
export function readinessChecks(parts: CheckedParts): readonly ReadinessCheck[] {
  const { config, store, keyRing, ended, peers, time } = parts;
  return [
    ...config.peers.map(({ name }, i) => peerCheck(name, peers[i] ?? UNREACHABLE)),
    storeCheck(() => store.check()),
    diskCheck(dirname(config.database)),
    certificateCheck(readFileSync(config.tls.certificate), time),
    { name: "key-ring", check: () => keyRing.version(NOBODY).then(() => ({ ok: true, detail: "answers" })) },
    { name: "sessions", check: () => Promise.resolve(endedSessionsKnown(ended)) },
  ];
}

const UNREACHABLE: Pick<JsonClient, "send"> = {
  send: () => Promise.resolve({ kind: "unreachable", code: "none", reason: "not configured" }),
};

/** Nobody is let in before it is known which sessions have ended. */
function endedSessionsKnown({ isKnown }: Pick<EndedSessions, "isKnown">) {
  return { ok: isKnown, detail: isKnown ? "ended sessions are known" : "ended sessions are not known yet" };
}
