import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { createTestAlarms } from "../testing/test-alarms.ts";

const TAGS = 400;
const MINUTES = 7 * 1_440;

test("a week of 400 tags of 200 owners trips no rule: bad connections, bad receivers, dates that jump", () => {
  const random = seededRandom(7);
  const dice = (): number => Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32;
  const time = new ManualTime();
  const { alarms, raised } = createTestAlarms(() => time.monotonicMs());
  let told = 0;
  const tell = (
    event: "tag.second-session" | "place.doubted" | "clock.doubted",
    tag: string,
    times = 1,
  ): void => {
    told += times;
    for (let i = 0; i < times; i++) alarms.observe({ event, tag });
  };
  for (let minute = 0; minute < MINUTES; minute++, time.advance(60_000)) {
    // Of all tags, about one in a minute comes back while its former session is not over yet.
    if (dice() < 0.8) tell("tag.second-session", `cat-${Math.floor(dice() * TAGS)}`);
    // Five are under a metal roof: they lose their connection every few minutes, the whole week.
    for (let tag = 0; tag < 5; tag++) if (dice() < 0.3) tell("tag.second-session", `roof-${tag}`);
    // Outliers of receivers between houses, and some in a row of one that holds a wrong position.
    if (dice() < 0.3) tell("place.doubted", `cat-${Math.floor(dice() * TAGS)}`);
    if (dice() < 0.002) tell("place.doubted", `cat-${Math.floor(dice() * TAGS)}`, 8);
    // A receiver that starts cold has a wrong date for a few fixes.
    if (dice() < 0.005) tell("clock.doubted", `cat-${Math.floor(dice() * TAGS)}`, 5);
  }
  expect(raised).toEqual([]);
  expect(told).toBeGreaterThan(20_000);
});
