import { spawn } from "node:child_process";

/** What a tool of the system left. */
export interface ToolOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool to its end, or ends it after so many seconds. Rejects when it is not installed. */
export function runTool(file: string, args: readonly string[], deadlineS: number): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGTERM"), deadlineS * 1_000);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    child.on("error", () => {
      clearTimeout(timer);
      reject(new Error(`${file} is not installed: apt-get install ${file}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}
