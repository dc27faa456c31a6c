import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Store } from "../open-store.ts";

const DAY_S = 86_400;

/** A day, whatever an owner has chosen. */
const ONE_DAY = { minDays: 1, maxDays: 1, defaultDays: 1, formerDays: 1 } as const;

/** Runs retention so that its limit is that time for every owner; the number of pieces deleted. */
export async function deleteBefore(
  { retention }: Pick<Store, "retention">,
  at: UnixSeconds,
): Promise<number> {
  const { deleted, faults } = await retention.run({ asOf: (at + DAY_S) as UnixSeconds, bounds: ONE_DAY });
  if (faults.length > 0) throw new AggregateError(faults, "retention failed");
  return deleted;
}
