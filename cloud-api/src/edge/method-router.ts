import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Reads on Hono's fastest router, everything else on its most patient one. One router for all would be the slow one: the
 * fast one takes no fixed name beside a parameter (POST /v1/tags/claim beside POST /v1/tags/:id/shares).
 */
export class MethodRouter<T> implements Router<T> {
  readonly name = "MethodRouter";
  readonly #reads = new SmartRouter<T>({ routers: [new RegExpRouter<T>(), new TrieRouter<T>()] });
  readonly #others = new TrieRouter<T>();

  add(method: string, path: string, handler: T): void {
    if (method === "GET" || method === "ALL") this.#reads.add(method, path, handler);
    if (method !== "GET") this.#others.add(method, path, handler);
  }

  /** Hono asks for HEAD as for GET. */
  match(method: string, path: string): Result<T> {
    return method === "GET" ? this.#reads.match(method, path) : this.#others.match(method, path);
  }

  /** Which one reads are on, once one was matched. */
  get readsOn(): string {
    return this.#reads.activeRouter.name;
  }
}
