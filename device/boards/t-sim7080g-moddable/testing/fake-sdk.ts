import { build } from "esbuild";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BoardTime } from "../../../core/testing/board-time.ts";

const FIFO_BYTES = 128;

const SDK_MODULES = /^(embedded:.*|mc\/config|Resource|time|timer)$/;

interface SerialOptions {
  readonly port: number;
  readonly baud: number;
  readonly onReadable?: (count: number) => void;
  readonly onWritable?: (count: number) => void;
}

/** The SDK and the board's chips, as far as `board.ts` uses them. */
export class FakeSdk {
  /** Levels of the output pins. */
  readonly pins = new Map<number, number>();
  readonly serials = new Map<number, FakeSerial>();
  readonly registers = new Map<number, number>([[0xa4, 71]]);
  readonly flash = new Uint8Array(64 * 4_096).fill(255);
  readonly sleeps: { ms: number; pin: number }[] = [];
  readonly clients: Record<string, unknown>[] = [];
  readonly times: number[] = [];
  readonly time: BoardTime;
  files = new Map<string, Uint8Array>();
  statusReads = 0;
  /** Whether motion ends the next light sleep. */
  moves = false;
  /** Called before every light sleep. */
  maySleep: () => void = () => undefined;

  /** `secondMs`: as BoardTime has it. */
  constructor(secondMs: number) {
    this.time = new BoardTime(secondMs);
  }

  /** Loads board.ts with this in the SDK's place, and starts it. `builtAtS`: as in FirmwareOptions. */
  async start(config: object, builtAtS: number): Promise<void> {
    Object.assign(globalThis, { fakeSdk: this.modules(config), native: (name: string) => this.native(name) });
    Object.assign(globalThis, {
      device: { io: {}, network: { mqtts: { io: this.mqttClient(), socket: {} } } },
    });
    const folder = mkdtempSync(join(tmpdir(), "board-"));
    const outfile = join(folder, "board.mjs");
    await bundle(outfile);
    const { Board } = (await import(pathToFileURL(outfile).href)) as {
      Board: new (builtAtS: number) => unknown;
    };
    rmSync(folder, { recursive: true });
    new Board(builtAtS);
  }

  private native(name: string): (this: unknown, ...values: number[]) => unknown {
    if (name === "xs_tag_uptime") return () => this.time.nowMs;
    if (name === "xs_tag_light_sleep") return (ms = 0, pin = 0) => this.sleep(ms, pin);
    return () => undefined;
  }

  private sleep(ms: number, pin: number): boolean {
    this.maySleep();
    this.sleeps.push({ ms, pin });
    this.time.sleep(this.moves ? ms / 2 : ms);
    const hasMoved = this.moves;
    this.moves = false;
    return hasMoved;
  }

  private mqttClient(): new (options: Record<string, unknown>) => unknown {
    const { clients } = this;
    return class {
      constructor(options: Record<string, unknown>) {
        clients.push(options);
      }
      read(): undefined {}
      write(): number {
        return 0;
      }
      close(): void {}
    };
  }

  private modules(config: object): Record<string, unknown> {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the classes below have a `this` of their own
    const sdk = this;
    return {
      "embedded:io/digital": class {
        static Output = 1;
        private readonly pin: number;
        constructor({ pin }: { pin: number }) {
          this.pin = pin;
        }
        write(level: number): void {
          sdk.pins.set(this.pin, level);
        }
      },
      "embedded:io/serial": class extends FakeSerial {
        constructor(options: SerialOptions) {
          super(sdk, options);
        }
      },
      "embedded:io/smbus": class {
        readUint8(register: number): number {
          return sdk.registers.get(register) ?? 0;
        }
        writeUint8(register: number, value: number): void {
          sdk.registers.set(register, value);
        }
      },
      "embedded:sensor/Accelerometer/LIS3DH": class {
        configure(): void {}
        status(): number {
          return ++sdk.statusReads;
        }
      },
      "embedded:storage/flash": { open: () => sdk.partition() },
      "mc/config": config,
      Resource: class {
        private readonly bytes: Uint8Array;
        constructor(name: string) {
          const file = sdk.files.get(name);
          if (file === undefined) throw new Error(`no resource ${name}`);
          this.bytes = file;
        }
        slice(): ArrayBuffer {
          return this.bytes.slice().buffer;
        }
      },
      time: { set: (utcS: number) => sdk.times.push(utcS) },
      timer: {
        set: (call: () => void, ms = 0) => sdk.time.after(ms, call),
        clear: (cancel: (() => void) | undefined) => cancel?.(),
      },
    };
  }

  private partition(): object {
    const { flash } = this;
    return {
      status: () => ({ size: flash.length, blockLength: 4_096, writeAlign: 4 }),
      read: (into: Uint8Array, at: number) => into.set(flash.subarray(at, at + into.length)),
      write: (bytes: Uint8Array, at: number) => bytes.forEach((byte, i) => (flash[at + i]! &= byte)),
      eraseBlock: (start: number, end: number) => flash.fill(255, start * 4_096, end * 4_096),
    };
  }
}

/** A UART with FIFOs of 128 bytes: bytes received while it is full are lost, and writing too much throws. */
export class FakeSerial {
  /** What the board writes. */
  onWrite: (bytes: Uint8Array) => void = () => undefined;
  lost = 0;
  private readonly sdk: FakeSdk;
  private readonly options: SerialOptions;
  private inbox: number[] = [];
  private free = FIFO_BYTES;

  constructor(sdk: FakeSdk, options: SerialOptions) {
    this.sdk = sdk;
    this.options = options;
    sdk.serials.set(options.port, this);
    sdk.time.after(0, () => options.onWritable?.(this.free));
  }

  /** Bytes that the port receives. */
  deliver(bytes: Uint8Array): void {
    const room = FIFO_BYTES - this.inbox.length;
    this.lost += Math.max(0, bytes.length - room);
    const isFirst = this.inbox.length === 0;
    this.inbox.push(...bytes.subarray(0, room));
    if (isFirst) this.sdk.time.after(1, () => this.options.onReadable?.(this.inbox.length));
  }

  read(into: Uint8Array): number {
    const bytes = this.inbox.splice(0, into.length);
    into.set(bytes);
    return bytes.length;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > this.free) throw new Error("output full");
    this.free -= bytes.length;
    const copy = bytes.slice();
    this.sdk.time.after((copy.length * 10_000) / this.options.baud, () => {
      this.free += copy.length;
      this.onWrite(copy);
      this.options.onWritable?.(this.free);
    });
  }
}

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, "..", "board.ts")],
    bundle: true,
    format: "esm",
    platform: "neutral",
    outfile,
    logLevel: "error",
    plugins: [
      {
        name: "fake-sdk",
        setup: (plugins) => {
          plugins.onResolve({ filter: SDK_MODULES }, ({ path }) => ({ path, namespace: "sdk" }));
          plugins.onLoad({ filter: /.*/, namespace: "sdk" }, ({ path }) => ({
            contents: `export default globalThis.fakeSdk[${JSON.stringify(path)}];`,
          }));
        },
      },
    ],
  });
}

/** The manifest's configuration, with what provisioning adds. */
export function manifestConfig(
  changes: object,
): Record<string, unknown> & { gnssPower: number; motionInterrupt: number } {
  const manifest = readFileSync(join(import.meta.dirname, "..", "manifest.json"), "utf8");
  const { config } = JSON.parse(manifest) as { config: { gnssPower: number; motionInterrupt: number } };
  return { ...config, ...changes };
}
