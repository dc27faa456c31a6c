import { expect, test } from "vitest";
import { startTestService } from "../testing/test-service.ts";

test("a flood of refused logins does not fill the log", async () => {
  const auth = await startTestService();
  const flood = Array.from({ length: 60 }, (_, i) =>
    auth.call({
      path: "/login",
      body: { email: `nobody${i}@example.org`, password: "wrong" },
      address: `192.0.2.${i}`,
    }),
  );
  const answers = await Promise.all(flood);
  const lines = auth.logLines.filter((line) => line.includes("request.answered"));
  await auth.close();
  const statuses = new Set(answers.map(({ status }) => status));
  expect(statuses.has(200)).toBe(false);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(20 * statuses.size);
  expect(lines.length).toBeLessThan(60);
});
