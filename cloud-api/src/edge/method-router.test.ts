import { expect, it } from "vitest";
import { MethodRouter } from "./method-router.ts";
import { makeTestApi } from "../testing/test-api.ts";

it("has the API's reads on the fast router", async () => {
  const api = await makeTestApi();
  try {
    const router = new MethodRouter<string>();
    for (const { method, path } of api.app.routes) router.add(method, path, `${method} ${path}`);
    const matched = (method: string, path: string) => router.match(method, path)[0].at(-1)?.[0];
    expect(matched("GET", "/v1/tags/x/locations/latest")).toBe("GET /v1/tags/:id/locations/latest");
    expect(router.readsOn).toBe("RegExpRouter");
    expect(matched("POST", "/v1/tags/claim")).toBe("POST /v1/tags/claim");
    expect(matched("POST", "/v1/tags/x/shares")).toBe("POST /v1/tags/:id/shares");
    expect(matched("DELETE", "/v1/shares/x")).toBe("DELETE /v1/shares/:id");
    expect(matched("POST", "/v1/tags/x/locations")).toBe("ALL /v1/*");
  } finally {
    await api.close();
  }
});
