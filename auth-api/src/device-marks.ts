import { z } from "@hono/zod-openapi";

/**
 * Header of a request and of its answer: the mark of a device from which the owner has been let in before. Wrong passwords
 * and codes of others do not delay a request that carries one. Pages of the API's own origin have it as a cookie instead.
 */
export const DEVICE_MARK_HEADER = "purrimeter-device-mark";

/** Characters of a mark; those in use are shorter. */
const MAX_DEVICE_MARK_LENGTH = 128;

const SENT =
  "The mark that an earlier answer brought. Send it from the same device, so that wrong passwords and codes of others do not delay you.";

const GIVEN =
  "Mark of this device. Keep it with the tokens, also after a log-out, and send it with the next login. A page of this origin gets it as a cookie.";

/** Headers of a request that a mark may come with. */
export const deviceMarkHeaders = z.object({
  [DEVICE_MARK_HEADER]: z.string().max(MAX_DEVICE_MARK_LENGTH).optional().openapi({ description: SENT }),
});

/** Headers of an answer that may bring a mark. */
export const DEVICE_MARK_ANSWER = {
  [DEVICE_MARK_HEADER]: { description: GIVEN, schema: { type: "string" as const } },
};
