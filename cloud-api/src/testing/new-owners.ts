import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { makeTestApi, type TestApi } from "./test-api.ts";
import { NOW_S } from "./test-keys.ts";
import type { TwoOwners } from "./two-owners.ts";

/**
 * One API for the file, which is quicker than one for each test: what a test changes is of two accounts that are new to it, of
 * which the first owns a tag. Time begins anew with each test. Set while a test runs.
 */
export function useNewOwners(): TwoOwners {
  const given = {} as TwoOwners;
  let app: TestApi["app"];
  beforeAll(async () => {
    given.api = await makeTestApi();
    app = given.api.app;
  });
  beforeEach(async () => {
    const { api } = given;
    api.app = app;
    api.nowS = NOW_S;
    const [mia, tom] = [await api.owner(), await api.owner()];
    Object.assign(given, { mia, tom, tag: await api.claimedTag(mia) });
  });
  afterAll(async () => {
    expect(given.api.failures).toEqual([]);
    await given.api.close();
  });
  return given;
}
