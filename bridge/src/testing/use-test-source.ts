import { afterAll, afterEach, beforeAll } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { AedesSourceOptions } from "../broker/aedes-source.ts";
import { openTestSource, type TestSource } from "./open-test-source.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "./test-authority.ts";

export const ALF = "alf" as TagId;
export const BEA = "bea" as TagId;

/** An authority with two tags for a file of tests, and a source of its own for each test. */
class SourceFixture {
  #authority: TestAuthority | undefined;
  #open: TestSource | undefined;
  #tags: readonly Credentials[] = [];

  get open(): TestSource {
    return present(this.#open);
  }

  get alf(): Credentials {
    return present(this.#tags[0]);
  }

  get bea(): Credentials {
    return present(this.#tags[1]);
  }

  /** Opens the source; its port. */
  async start(changes: Partial<AedesSourceOptions> = {}): Promise<number> {
    this.#open = await openTestSource(present(this.#authority).bridge, changes);
    return this.#open.port;
  }

  async prepare(): Promise<void> {
    this.#authority = await createTestAuthority();
    this.#tags = await this.#authority.tags([ALF, BEA]);
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.source.close();
  }

  remove(): void {
    this.#authority?.remove();
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not before the tests of the file begin");
  return value;
}

/** To be called at the top of a file of tests: everything is closed after each test and removed at the end. */
export function useTestSource(): SourceFixture {
  const fixture = new SourceFixture();
  beforeAll(() => fixture.prepare());
  afterEach(() => fixture.close());
  afterAll(() => fixture.remove());
  return fixture;
}
