import { once } from "node:events";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { openDatabase } from "../open-database.ts";

/** What each thread waits for, so that all of them begin in the same microsecond. */
interface Start {
  readonly path: string;
  readonly key: Uint8Array;
  readonly gate: SharedArrayBuffer;
}

/** Opens a database that is not there yet in several threads at once; gives what became of each, "opened" or a message. */
export async function openTogether(path: string, key: Uint8Array, threads: number): Promise<string[]> {
  const gate = new SharedArrayBuffer(4);
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL(import.meta.url), { workerData: { path, key, gate } satisfies Start }),
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const outcomes = Promise.all(workers.map((worker) => once(worker, "message") as Promise<[string]>));
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  const said = (await outcomes).map(([outcome]) => outcome);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return said;
}

function openAtGate({ path, key, gate }: Start): string {
  Atomics.wait(new Int32Array(gate), 0, 0);
  try {
    const migrations = [{ name: "one", sql: "CREATE TABLE cat(name TEXT)" }];
    openDatabase({ path, key: Buffer.from(key), migrations }).close();
    return "opened";
  } catch (error) {
    return String(error);
  }
}

// The test's own thread imports this file too.
const start = workerData as Start | null;
if (start?.gate instanceof SharedArrayBuffer) {
  parentPort?.postMessage("up");
  parentPort?.postMessage(openAtGate(start));
}
