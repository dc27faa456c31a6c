import { expect, test } from "vitest";
import { REGISTRY } from "../services/service-registry.ts";
import { orderOf } from "./order-of.ts";

test("ours: nobody loses a service that it calls", () =>
  expect(orderOf(REGISTRY.services)).toEqual(["notifier", "auth", "bridge", "cloud-api"]));

test("each comes after what it needs, others as they are listed, also in a circle", () => {
  const service = (name: string, ...after: string[]) => ({ name, after });
  expect(orderOf([service("c", "a", "b"), service("d"), service("b", "a"), service("a")])).toEqual([
    ...["a", "b", "c", "d"],
  ]);
  expect(orderOf([service("a", "b"), service("b", "a")])).toEqual(["b", "a"]);
});
