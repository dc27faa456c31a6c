import { bundle } from "./bundle.ts";
import { xsnapWorker } from "./xsnap.ts";
import { XsWorker } from "./xs-worker.ts";
import { expect, it } from "vitest";
import { ScriptedSession } from "../drivers/sim7080g/testing/scripted-session.ts";

/**
 * What remains of an ESP32's limits beside the core, 78,848 bytes and 4,928 slots, after 2,000 fixes with a hundred
 * corners.
 */
const LEFT_CHUNK_BYTES = 36_000;
const LEFT_SLOTS = 3_200;

it("an uplink through a modem says the same on XS as on V8, and fits beside the core", async () => {
  const session = new ScriptedSession();
  session.live(3, 5);
  expect(session.lines.filter((line) => line === "up")).toHaveLength(3);
  expect(session.lines.filter((line) => line.endsWith("ack 4 4"))).toHaveLength(15);
  const worker = new XsWorker(xsnapWorker());
  try {
    await worker.evaluate("var engine = {};");
    await worker.evaluate(
      await bundle(new URL("../drivers/sim7080g/testing/engine-entry.ts", import.meta.url), false),
    );
    const bare = await worker.heap();
    await worker.evaluate("var session = engine.makeSession(); session.live(3, 5);");
    const after = await worker.heap();
    const encoder = "new TextEncoder().encode(session.lines.join('\\n')).buffer";
    const { issued } = await worker.evaluate(`issueCommand(${encoder});`);
    expect(issued.split("\n")).toEqual(session.lines);
    const chunkBytes = after.chunkBytes - bare.chunkBytes;
    const slots = after.slots - bare.slots;
    process.stdout.write(
      `  XS: modem uplink after 3 sessions: ${chunkBytes} bytes of chunks, ${slots} slots\n`,
    );
    expect(chunkBytes).toBeLessThan(LEFT_CHUNK_BYTES);
    expect(slots).toBeLessThan(LEFT_SLOTS);
  } finally {
    worker.close();
  }
});
