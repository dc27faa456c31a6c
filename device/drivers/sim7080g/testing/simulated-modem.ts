import { BoardTime } from "../../../core/testing/board-time.ts";
import type { ModemPort } from "../modem-port.ts";
import { modemTime } from "./modem-time.ts";
import { SimulatedSocket } from "./simulated-socket.ts";

/** Faults between the modem and the board. Each function is called for every line that the modem sends. */
export interface ModemFaults {
  /** How often the line is sent: 0 is lost, 2 is twice. */
  copies(line: string): number;
  /** Noise before the line. */
  noise(line: string): string;
  /** Late answers to former commands, sent before the echo of the next. */
  late(command: string): string;
  /** Where the bytes of one transfer are split. */
  cut(length: number): number;
  /** What the modem does instead of a command: refuses it, does not answer, or restarts. */
  mishap(command: string): "none" | "error" | "silence" | "restart";
}

/** Nothing goes wrong. */
export const SOUND: ModemFaults = {
  copies: () => 1,
  noise: () => "",
  late: () => "",
  cut: (length) => length,
  mishap: () => "none",
};

export interface SimulatedModemOptions {
  /** The port to which connections to the bridge's name go. */
  readonly port: number;
  /** As BoardTime has it. */
  readonly secondMs: number;
  readonly faults?: Partial<ModemFaults>;
  /** Whether the network tells the time. */
  readonly tellsTime?: boolean;
  /** Whether it is registered. */
  readonly hasNetwork?: boolean;
  readonly hasSim?: boolean;
  readonly isEchoing?: boolean;
}

const BOOT_MS = 2_000;
const ANSWER_MS = 20;
const ATTACH_MS = 100;
/** The time of a SIM7080 before it is set: the beginning of GPS time. */
const UNSET = "80/01/06,00:00:12+00";

/**
 * The other end of the wire: the dialogue of a SIM7080G as its drivers know it (TinyGSM, Zephyr), with a real TLS 1.2
 * client behind AT+CAOPEN that uses the certificates in the modem's files.
 */
export class SimulatedModem implements ModemPort {
  /** Where the modem's bytes go. */
  receiver: (bytes: Uint8Array) => void = () => undefined;
  /** Every known command. */
  readonly commands: string[] = [];
  readonly files = new Map<string, Buffer>();
  readonly results: number[] = [];
  isOn = false;
  isAsleep = false;
  keyPresses = 0;
  powerCycles = 0;
  hasNetwork: boolean;
  tellsTime: boolean;
  faults: ModemFaults;
  /** Whether AT+CADATAIND is never sent. */
  keepsSilent = false;
  private readonly options: SimulatedModemOptions;
  private readonly time: BoardTime;
  private typed = "";
  private wanted = 0;
  private payload: Buffer[] = [];
  private takePayload: (bytes: Buffer) => void = () => undefined;
  private isEchoing = true;
  private isBooting = false;
  private clock = UNSET;
  private sni = "";
  private authority = "";
  private certificate = "";
  private key = "";
  private socket: SimulatedSocket | undefined;

  constructor(options: SimulatedModemOptions) {
    this.options = options;
    this.time = new BoardTime(options.secondMs);
    this.hasNetwork = options.hasNetwork ?? true;
    this.tellsTime = options.tellsTime ?? true;
    this.faults = { ...SOUND, ...options.faults };
  }

  write(bytes: Uint8Array): void {
    if (!this.isOn || this.isBooting || this.isAsleep) return;
    for (const byte of bytes) this.type(byte);
  }

  sleep(isAsleep: boolean): void {
    this.isAsleep = isAsleep;
  }

  pressPowerKey(): void {
    this.keyPresses++;
    if (!this.isOn) this.boot();
  }

  cyclePower(): void {
    this.powerCycles++;
    this.boot();
  }

  /** Restarts: everything that is not in its files is lost. */
  boot(): void {
    this.isOn = true;
    this.isBooting = true;
    this.isEchoing = this.options.isEchoing ?? true;
    this.typed = "";
    this.wanted = 0;
    this.clock = this.tellsTime ? modemTime(Date.now()) : UNSET;
    this.drop();
    this.time.after(BOOT_MS, () => {
      this.isBooting = false;
      this.say("RDY");
    });
  }

  /** The bridge's end breaks off without closing. */
  breakSocket(): void {
    this.socket?.break();
  }

  dispose(): void {
    this.time.stop();
    this.drop();
    this.isOn = false;
  }

  /** An unsolicited line. */
  say(line: string): void {
    this.emit(Buffer.from(`\r\n${line}\r\n`), line);
  }

  private type(byte: number): void {
    if (this.wanted > 0) {
      this.payload.push(Buffer.of(byte));
      if (--this.wanted === 0) this.takePayload(Buffer.concat(this.payload));
    } else if (byte === 13) {
      const command = this.typed;
      this.typed = "";
      if (command !== "") this.obey(command);
    } else this.typed += String.fromCharCode(byte);
  }

  private obey(command: string): void {
    const mishap = this.faults.mishap(command);
    if (mishap === "restart") return this.boot();
    const late = this.faults.late(command);
    if (late !== "") this.emit(Buffer.from(late), "late", false);
    if (this.isEchoing) this.emit(Buffer.from(`${command}\r`), command, false);
    if (mishap === "silence") return;
    this.time.after(ANSWER_MS, () => {
      if (mishap === "error") this.say("ERROR");
      else this.execute(command);
    });
  }

  private execute(command: string): void {
    if (this.isBooting) return;
    this.commands.push(command);
    const values = (command.split("=")[1] ?? "").split(",").map((value) => value.replaceAll('"', ""));
    if (command === "ATE1") this.isEchoing = true;
    if (command === "AT+CPIN?")
      this.say(this.options.hasSim === false ? "+CPIN: NOT INSERTED" : "+CPIN: READY");
    else if (command === "AT+CEREG?") this.say(`+CEREG: 0,${this.hasNetwork ? 1 : 2}`);
    else if (command === "AT+CNACT=0,1") this.time.after(ATTACH_MS, () => this.say("+APP PDP: 0,ACTIVE"));
    else if (command === "AT+CNACT?") this.sayPdp();
    else if (command === "AT+CCLK?") this.say(`+CCLK: "${this.clock}"`);
    else if (command.startsWith("AT+CCLK=")) this.clock = values.join(",");
    else if (command.startsWith("AT+CFSWFILE=")) return this.writeFile(values);
    else if (command.startsWith("AT+CFSGFIS=")) return this.sayFile(values[1] ?? "");
    else if (command.startsWith("AT+CFSDFILE=")) this.files.delete(values[1] ?? "");
    else if (command.startsWith('AT+CSSLCFG="CONVERT"')) return this.convert(values);
    else if (command.startsWith('AT+CSSLCFG="sni"')) this.sni = values[2] ?? "";
    else if (command.startsWith("AT+CASSLCFG=")) return this.name(values);
    else if (command.startsWith("AT+CAOPEN=")) return this.open(values);
    else if (command.startsWith("AT+CASEND=")) return this.send(Number(values[1]));
    else if (command.startsWith("AT+CARECV=")) return this.receive(Number(values[1]));
    else if (command.startsWith("AT+CACLOSE=")) return this.close();
    else if (!KNOWN.some((known) => command.startsWith(known))) return this.say("ERROR");
    this.say("OK");
  }

  private sayPdp(): void {
    this.say(`+CNACT: 0,${this.hasNetwork ? '1,"10.0.0.2"' : '0,"0.0.0.0"'}`);
    this.say('+CNACT: 1,0,"0.0.0.0"');
  }

  private writeFile([, name = "", , length]: string[]): void {
    this.takePayload = (bytes) => {
      this.files.set(name, bytes);
      this.say("OK");
    };
    this.wait(Number(length), "DOWNLOAD");
  }

  private wait(count: number, word: string): void {
    this.payload = [];
    this.wanted = count;
    if (word === ">") this.emit(Buffer.from("\r\n> "), word);
    else this.say(word);
  }

  private sayFile(name: string): void {
    const file = this.files.get(name);
    if (file === undefined) return this.say("ERROR");
    this.say(`+CFSGFIS: ${file.length}`);
    this.say("OK");
  }

  private convert([, , name = "", keyName]: string[]): void {
    const file = this.files.get(name);
    const key = keyName === undefined ? undefined : this.files.get(keyName);
    if (file === undefined || (keyName !== undefined && key === undefined)) return this.say("ERROR");
    if (key !== undefined) this.files.set(`${name}:key`, key);
    this.say("OK");
  }

  private name([, what, name = ""]: string[]): void {
    if (what === "CACERT") this.authority = this.files.get(name)?.toString() ?? "";
    if (what === "CERT") {
      this.certificate = this.files.get(name)?.toString() ?? "";
      this.key = this.files.get(`${name}:key`)?.toString() ?? "";
    }
    this.say("OK");
  }

  private open([, , , host = ""]: string[]): void {
    this.drop();
    const { authority, certificate, key, sni } = this;
    const identity = { authority, certificate, key, sni };
    this.socket = new SimulatedSocket(host, this.options.port, identity, this.clock, {
      opened: (result) => this.opened(result),
      announced: () => {
        if (!this.keepsSilent) this.say("+CADATAIND: 0");
      },
      closed: () => this.say("+CASTATE: 0,0"),
    });
  }

  private opened(result: number): void {
    this.results.push(result);
    this.say(`+CAOPEN: 0,${result}`);
    this.say("OK");
    if (result !== 0) this.drop();
  }

  private send(length: number): void {
    const { socket } = this;
    if (socket === undefined || socket.isGone) return this.say("ERROR");
    this.takePayload = (bytes) => {
      socket.write(bytes);
      this.say("OK");
    };
    this.wait(length, ">");
  }

  private receive(most: number): void {
    if (this.socket === undefined) return this.say("ERROR");
    const bytes = this.socket.read(most);
    const head = Buffer.from(bytes.length === 0 ? "\r\n+CARECV: 0" : `\r\n+CARECV: ${bytes.length},`);
    this.emit(Buffer.concat([head, bytes, Buffer.from("\r\n")]), "+CARECV");
    this.say("OK");
  }

  private close(): void {
    if (this.socket === undefined) return this.say("ERROR");
    this.drop();
    this.say("OK");
  }

  private drop(): void {
    this.socket?.leave();
    this.socket = undefined;
  }

  private emit(bytes: Buffer, line: string, isFaulty = true): void {
    const noise = isFaulty ? this.faults.noise(line) : "";
    const copies = this.faults.copies(line);
    const all = Buffer.concat([Buffer.from(noise), ...Array.from({ length: copies }, () => bytes)]);
    for (let at = 0; at < all.length;) {
      const end = Math.min(all.length, at + Math.max(1, this.faults.cut(all.length - at)));
      this.receiver(all.subarray(at, end));
      at = end;
    }
  }
}

/** Commands that are answered by OK alone. */
const KNOWN = ["AT", "ATE1"];
