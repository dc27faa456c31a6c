import { expect, test } from "vitest";
import { pageOf } from "./page-of.ts";

const page = (rows: readonly number[], limit: number) =>
  pageOf(
    rows,
    limit,
    (row) => Promise.resolve({ id: row * 10 }),
    ({ id }) => id,
  );

test("the row beyond the limit is not given, and says that the list goes on after the last item", async () => {
  expect(await page([1, 2, 3], 2)).toEqual({ items: [{ id: 10 }, { id: 20 }], next: 20 });
});

test("a list that ends at the limit or before it does not go on", async () => {
  expect(await page([1, 2], 2)).toEqual({ items: [{ id: 10 }, { id: 20 }], next: undefined });
  expect(await page([], 2)).toEqual({ items: [], next: undefined });
});
