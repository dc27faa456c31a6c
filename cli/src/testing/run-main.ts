import { systemTime } from "@purrimeter/service/system-time";
import { main } from "../main.ts";

/** What a command line did. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process and catches what it writes. */
export function runMain(...argv: readonly string[]): Promise<Ran> {
  return runMainAhead(0, ...argv);
}

/** As `runMain`, by a clock that is so many ms ahead. */
export async function runMainAhead(aheadMs: number, ...argv: readonly string[]): Promise<Ran> {
  const utcMs = (): number => systemTime.utcMs() + aheadMs;
  const time = { ...systemTime, utcMs, utcS: () => Math.floor(utcMs() / 1_000) };
  const text = { stdout: "", stderr: "" };
  const restore = [catchWrites("stdout", text), catchWrites("stderr", text)];
  const log = console.log;
  // vitest puts its own console in the place of the one that writes to stdout.
  console.log = (line: string) => void (text.stdout += `${line}\n`);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await main(argv, time);
    return { exitCode: Number(process.exitCode), ...text };
  } finally {
    process.exitCode = before;
    console.log = log;
    for (const undo of restore) undo();
  }
}

function catchWrites(name: "stdout" | "stderr", text: Record<typeof name, string>): () => void {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array) => {
    text[name] += chunk.toString();
    return true;
  };
  return () => (stream.write = write);
}
