import { expect, test } from "vitest";
import { failed, type Failure } from "../terminal/failure.ts";
import { startInOrder, type Ordered } from "./start-in-order.ts";

const service = (name: string, ...after: string[]): Ordered => ({ name, after });

/** Starts them all and gives what was ready when each was started. */
async function orderOf(
  services: readonly Ordered[],
  broken?: string,
): Promise<Record<string, string[]> | Failure> {
  const seen: Record<string, string[]> = {};
  const outcome = await startInOrder(services, ({ name }, ready: ReadonlyMap<string, object>) => {
    seen[name] = [...ready.keys()];
    return Promise.resolve(name === broken ? failed(`${name} is broken`) : { name });
  });
  return "failure" in outcome ? outcome : seen;
}

test("each is started when those before it are ready", async () => {
  const services = [
    service("api", "auth"),
    service("auth"),
    service("page", "api", "bridge"),
    service("bridge"),
  ];
  expect(await orderOf(services)).toEqual({
    auth: [],
    bridge: [],
    api: ["auth", "bridge"],
    page: ["auth", "bridge", "api"],
  });
});

test("a failure starts nothing more", async () => {
  expect(await orderOf([service("auth"), service("api", "auth")], "auth")).toEqual({
    failure: "auth is broken",
  });
});

test("services that wait for one another are our own fault", async () => {
  await expect(orderOf([service("a", "b"), service("b", "a")])).rejects.toThrow(RangeError);
  await expect(orderOf([service("a", "nobody")])).rejects.toThrow(RangeError);
});
