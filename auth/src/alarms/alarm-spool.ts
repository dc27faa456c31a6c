import { alarmLineSchema, type AlarmLine } from "@purrimeter/service/alarm-line";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { z } from "zod";

/** A spool of which everything was taken is put aside above this: it is no log. */
const MAX_TAKEN_BYTES = 65_536;

/** Read at once: some hundred alarms. */
const MAX_READ_BYTES = 65_536;

const stateSchema = z.object({ offset: z.int().min(0), digestDay: z.int().min(0).optional() });

/** How far the spool was taken, and the day of the last digest (days of UTC since 1970); survives a restart. */
type SpoolState = z.infer<typeof stateSchema>;

/**
 * The file into which every process writes its alarms. Each is taken once, in order, also those that were written while this
 * process did not run. Errors of the disk are thrown.
 */
export class AlarmSpool {
  readonly #path: string;
  readonly #state: string;
  readonly #former: string;
  #known: SpoolState | undefined;

  /** Beside the file it keeps PATH.state, and for a moment PATH.former. */
  constructor(path: string) {
    this.#path = path;
    this.#state = `${path}.state`;
    this.#former = `${path}.former`;
  }

  /** Alarms that have come since the last time; what cannot be read is left out and counted. */
  take(): { readonly alarms: readonly AlarmLine[]; readonly unreadable: number } {
    const state = this.#read();
    const isFormer = existsSync(this.#former);
    const { text, end } = readFrom(isFormer ? this.#former : this.#path, state.offset);
    const lines = text.split("\n").filter((line) => line !== "");
    const alarms = lines.flatMap((line) => alarmOf(line) ?? []);
    if (isFormer && text === "") this.#forgetFormer(state);
    else if (end !== state.offset) this.#write({ ...state, offset: end });
    else if (end > MAX_TAKEN_BYTES) renameSync(this.#path, this.#former);
    return { alarms, unreadable: lines.length - alarms.length };
  }

  /** Day of the last digest. */
  get digestDay(): number | undefined {
    return this.#read().digestDay;
  }

  set digestDay(day: number) {
    this.#write({ ...this.#read(), digestDay: day });
  }

  /** What a process still had open has been written by now. */
  #forgetFormer(state: SpoolState): void {
    rmSync(this.#former, { force: true });
    this.#write({ ...state, offset: 0 });
  }

  #read(): SpoolState {
    return (this.#known ??= this.#readFile());
  }

  #readFile(): SpoolState {
    if (!existsSync(this.#state)) return { offset: 0 };
    return stateSchema.safeParse(jsonOf(readFileSync(this.#state, "utf8"))).data ?? { offset: 0 };
  }

  #write(state: SpoolState): void {
    writeFileSync(`${this.#state}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${this.#state}.new`, this.#state);
    this.#known = state;
  }
}

/** Whole lines from there on. A file that is shorter was put in place of the one before, and is read from its beginning. */
function readFrom(path: string, offset: number): { readonly text: string; readonly end: number } {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const from = offset > size ? 0 : offset;
  if (size === from) return { text: "", end: from };
  const bytes = Buffer.alloc(Math.min(size - from, MAX_READ_BYTES));
  const file = openSync(path, "r");
  try {
    const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
    const ended = read.lastIndexOf(0x0a) + 1;
    // Without an end of line in all of it, it is nothing that a process of ours has written.
    const whole = ended === 0 && read.length === MAX_READ_BYTES ? read.length : ended;
    return { text: read.toString("utf8", 0, whole), end: from + whole };
  } finally {
    closeSync(file);
  }
}

function alarmOf(line: string): AlarmLine | undefined {
  return alarmLineSchema.safeParse(jsonOf(line)).data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // A SyntaxError: nothing else is thrown for a string.
  }
}
