/** Why a command cannot do what it was asked: one line for each reason, without a full stop. */
export interface Failure {
  readonly failure: string;
}

/** A failure, to be returned instead of what was wanted. */
export function failed(failure: string): Failure {
  return { failure };
}

/** Whether the result is a failure. */
export function isFailure(result: object): result is Failure {
  return "failure" in result;
}

/** Writes what is wrong to stderr; the process will end with 1. */
export function reportFailure({ failure }: Failure): void {
  for (const line of failure.split("\n")) process.stderr.write(`purrimeter: ${line}\n`);
  process.exitCode = 1;
}

const SYSTEM_FAULTS: Readonly<Record<string, string>> = {
  EACCES: "this user may not write or read it",
  EPERM: "this user may not write or read it",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full; make room, and try again",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of the path is no folder",
  ENOENT: "it does not exist",
  EEXIST: "it exists, and is no folder",
  EISDIR: "it is a folder",
};

/** A fault of the file system in one line that names the path where it is known; undefined for any other error, which is a bug of ours. */
export function systemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : SYSTEM_FAULTS[code];
  // A write knows no path, only a number.
  return reason === undefined ? undefined : failed(`${path ?? syscall ?? "a file"}: ${reason} (${code})`);
}
