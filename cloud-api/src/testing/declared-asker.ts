import { expect } from "vitest";
import type { z } from "zod";
import type { Answer, TestApi } from "./test-api.ts";

/** Members of the answers of accounts. */
interface AccountBody {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly challenge: string;
  readonly methods: readonly string[];
  readonly options: { readonly challenge: string };
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly id: string;
  readonly token: string;
  readonly items: readonly { readonly id: string; readonly device: string; readonly current: boolean }[];
}

/** An answer; `account` is its body as routes of accounts have it. */
export type Asked = Answer & { readonly account: AccountBody };

interface Declared {
  readonly content?: Record<string, { readonly schema: z.ZodType }>;
}

/** What a request has beside its route; `id` stands for {id}, `query` begins with "?". */
interface Asking {
  readonly id?: string;
  readonly query?: string;
  readonly body?: object;
  readonly token?: string | undefined;
}

/** Asks routes of the document, and expects that it declares their answers. */
export class DeclaredAsker {
  /** Routes that were asked with success. */
  readonly tried = new Set<string>();
  readonly #api: TestApi;

  constructor(api: TestApi) {
    this.#api = api;
  }

  /** Asks a route ("POST /v1/auth/login"); its answer must have all members that the document declares, and no other. */
  async ask(route: string, { id = "", query = "", ...more }: Asking = {}): Promise<Asked> {
    const [method = "", path = ""] = route.split(" ");
    const answer = await this.#api.ask(path.replace("{id}", id) + query, { method, ...more });
    const declared = this.#declaredOf(method.toLowerCase(), path, answer.status);
    expect(declared, `${route} answers ${answer.status}: ${answer.text}`).toBeDefined();
    const schema = declared?.content?.[answer.headers.get("content-type") ?? ""]?.schema;
    expect(answer.body === undefined || schema !== undefined, `${route} declares its body`).toBe(true);
    if (schema) expect(schema.parse(answer.body), route).toEqual(answer.body);
    if (answer.status < 300) this.tried.add(route);
    return { ...answer, account: answer.body as unknown as AccountBody };
  }

  #declaredOf(method: string, path: string, status: number): Declared | undefined {
    for (const { type, ...definition } of this.#api.app.openAPIRegistry.definitions) {
      if (type !== "route" || !("route" in definition)) continue;
      const { route } = definition;
      if (route.path === path && route.method === method)
        return route.responses[status] as Declared | undefined;
    }
    return undefined;
  }
}

/** Expects a problem of that name. */
export function expectProblem({ status, body }: Asked, wanted: number, name: string): void {
  expect([status, body.type]).toEqual([wanted, `/v1/problems/${name}`]);
}
