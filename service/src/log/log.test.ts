import { describe, expect, it } from "vitest";
import { createLog, errorCode, type LogFields } from "./log.ts";

function logged(act: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  act(createLog("test", { write: (line) => void (text += line) }));
  return text;
}

describe("createLog", () => {
  it("writes listed fields as one line of JSON", () => {
    const line = logged((log) => log.info("listening", { port: 8443, event: "service.ready" }));
    expect(JSON.parse(line)).toMatchObject({
      service: "test",
      msg: "listening",
      port: 8443,
      event: "service.ready",
    });
  });

  it("drops every field that is not listed, whatever the types allowed", () => {
    const sneaky = { lat: 50.1, email: "a@example.org", error: new Error("50.17,-5.11"), tag: { lat: 1 } };
    const line = logged((log) => log.warn("refused", sneaky as unknown as LogFields));
    // The time may hold any two digits.
    expect(line.replace(/"time":"[^"]*"/, "")).not.toMatch(/50\.1|example|lat|error"/);
  });

  it("cuts text that is too long to be a name", () => {
    expect(logged((log) => log.error("x", { reason: "y".repeat(5_000) })).length).toBeLessThan(300);
  });
});

describe("errorCode", () => {
  it("takes codes only, never messages", () => {
    expect(errorCode(Object.assign(new Error("secret"), { code: "EADDRINUSE" }))).toBe("EADDRINUSE");
    expect(errorCode(Object.assign(new Error("secret"), { code: "at 50.17" }))).toBe("unknown");
    expect(errorCode("secret")).toBe("unknown");
  });
});
