import { describe, expect, it } from "vitest";
import { RateLimiter } from "./rate-limiter.ts";

describe("RateLimiter", () => {
  it("lets a burst through, then says how long to wait, then fills again", () => {
    let nowMs = 0;
    const rates = new RateLimiter({ burst: 3, perSecond: 0.5 }, () => nowMs);
    expect([1, 2, 3, 4].map(() => rates.take("a"))).toEqual([0, 0, 0, 2]);
    nowMs = 1_999;
    expect(rates.take("a")).toBe(1);
    nowMs = 2_000;
    expect(rates.take("a")).toBe(0);
    expect(rates.take("a")).toBe(2);
  });

  it("counts each key for itself and never saves up more than a burst", () => {
    let nowMs = 0;
    const rates = new RateLimiter({ burst: 1, perSecond: 1 }, () => nowMs);
    expect(rates.take("a")).toBe(0);
    expect(rates.take("b")).toBe(0);
    nowMs = 3_600_000;
    expect([rates.take("a"), rates.take("a")]).toEqual([0, 1]);
  });

  it("remembers a bounded number of keys", () => {
    const rates = new RateLimiter({ burst: 1, perSecond: 1 }, () => 0, 100);
    for (let i = 0; i < 10_000; i++) rates.take(`k${i}`);
    expect(rates.size).toBe(100);
  });
});
