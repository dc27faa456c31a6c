import { afterEach, beforeEach, expect } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi, type TestApi, type TestOwner } from "./test-api.ts";

/** An API of its own for the test that runs. */
export interface TwoOwners {
  api: TestApi;
  /** Owns the tag. */
  mia: TestOwner;
  /** Owns nothing yet. */
  tom: TestOwner;
  tag: TagId;
}

/** For each test of the file a new API with two accounts, of which the first owns a tag. Set while a test runs. */
export function useTwoOwners(): TwoOwners {
  const given = {} as TwoOwners;
  beforeEach(async () => {
    const api = await makeTestApi();
    const [mia, tom] = [await api.owner(), await api.owner()];
    Object.assign(given, { api, mia, tom, tag: await api.claimedTag(mia) });
  });
  afterEach(async () => {
    expect(given.api.failures).toEqual([]);
    await given.api.close();
  });
  return given;
}
