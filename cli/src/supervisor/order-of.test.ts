import { expect, test } from "vitest";
import { REGISTRY } from "../services/service-registry.ts";
import { orderOf } from "./order-of.ts";

test("ours: nobody loses a service that it calls, and the API is stopped before the bridge and the accounts", () => {
  const order = orderOf(REGISTRY.services);
  expect(order.toSorted()).toEqual(REGISTRY.services.map(({ name }) => name).toSorted());
  for (const { name, after } of REGISTRY.services)
    for (const before of after) expect(order.indexOf(before)).toBeLessThan(order.indexOf(name));
  expect(order.filter((name) => ["auth", "bridge", "cloud-api", "notifier"].includes(name))).toEqual([
    ...["notifier", "auth", "bridge", "cloud-api"],
  ]);
});

test("each comes after what it needs, others as they are listed, also in a circle", () => {
  const service = (name: string, ...after: string[]) => ({ name, after });
  expect(orderOf([service("c", "a", "b"), service("d"), service("b", "a"), service("a")])).toEqual([
    ...["a", "b", "c", "d"],
  ]);
  expect(orderOf([service("a", "b"), service("b", "a")])).toEqual(["b", "a"]);
});
