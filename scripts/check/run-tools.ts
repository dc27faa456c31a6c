import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

export interface ToolOutcome {
  readonly rule: string;
  readonly isKept: boolean;
  /** What the tool printed, standard output and error in turn. */
  readonly output: string;
}

function runTool(rule: string, command: readonly string[], cwd: string): Promise<ToolOutcome> {
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ rule, isKept: false, output: error.message }));
    child.on("close", (code) => resolve({ rule, isKept: code === 0, output }));
  });
}

/** Runs commands, as many at once as there are processors, in the order given; hands over each as it ends. */
export async function runTools(
  commands: Readonly<Record<string, readonly string[]>>,
  cwd: string,
  onOutcome: (outcome: ToolOutcome) => void,
): Promise<void> {
  const waiting = Object.entries(commands);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      onOutcome(await runTool(next[0], next[1], cwd));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}
