import type { SecretHolder } from "./secret-holder.ts";
import { AUDIT_KEY, KEY_RING_KEY, LOCATIONS_KEY } from "./secret-specs.ts";

/** The operator's own commands: they open the locations' database and the owners' keys. */
export const OPERATOR: SecretHolder = {
  name: "operator",
  secrets: [LOCATIONS_KEY, KEY_RING_KEY, AUDIT_KEY],
  usesOwnerKeys: true,
};
