import { subscriberOf } from "@purrimeter/service/client-address";
import type { MiddlewareHandler } from "hono";
import { CLIENT_ADDRESS_HEADER } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "./app-environment.ts";
import { invalidField } from "./problem.ts";

/** Takes the client's address from the header of cloud-api. Without one, all the world would share one throttle: refused. */
export const clientAddress: MiddlewareHandler<AppEnvironment> = async (context, next) => {
  const address = subscriberOf(context.req.header(CLIENT_ADDRESS_HEADER) ?? "");
  if (address === undefined)
    return invalidField({
      field: CLIENT_ADDRESS_HEADER,
      message: "The client's IP address is required.",
    });
  context.set("address", address);
  return next();
};
