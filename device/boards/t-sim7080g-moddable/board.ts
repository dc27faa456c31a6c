import { Firmware } from "../../core/firmware.ts";
import type { Ports, Uplink } from "../../core/ports.ts";
import { Pulse } from "../../drivers/output/pulse.ts";
import { asTagId } from "@purrimeter/protocol/values";
import { ModemUplink } from "../../drivers/sim7080g/modem-uplink.ts";
import { PowerRails } from "../../drivers/axp2101/power-rails.ts";
import { WakePlan } from "../t-sim7080g/wake-plan.ts";
import Digital from "embedded:io/digital";
import Serial from "embedded:io/serial";
import SMBus from "embedded:io/smbus";
import LIS3DH from "embedded:sensor/Accelerometer/LIS3DH";
import FlashStorage from "embedded:storage/flash";
import config from "mc/config";
import Resource from "Resource";
import Time from "time";
import Timer from "timer";
import { AbortSupervisor } from "./abort-supervisor.ts";
import { hold, lightSleep, uptimeMs } from "./light-sleep.ts";
import { MqttSession, type MqttClient, type MqttEvents } from "./mqtt-session.ts";
import { PartitionFlash } from "./partition-flash.ts";
import { SerialModem } from "./serial-modem.ts";
import { TicksClock } from "./ticks-clock.ts";

const VERSION = "0.2.0-moddable";
const JOURNAL_PARTITION = "journal";

/** The broker may grant no more than this (protocol/src/limits.ts). */
const KEEP_ALIVE_MS = 3_600_000;

/** The power controller of the T-SIM7080G boards. */
const POWER_ADDRESS = 0x34;

const UINT32 = 4_294_967_296;
const SENTENCES_BYTES = 512;

/** With its command and line ends, an answer of this length fits the port's FIFO of 128 bytes, however late it is read. */
const MODEM_READ_BYTES = 80;

/** Movement that a walking cat makes and a sleeping one does not: 1/64 g for two samples at 10 Hz (LIS3DH, 8.21). */
function motionAlert(): object {
  const alert = { mode: 1, threshold: 1, duration: 2 };
  return { rate: 2, range: 0, enable: 0b111, lowPower: true, alert };
}

/** True randomness: on an ESP32, XS takes Math.random from esp_random (xs/platforms/esp/xsHost.h). */
function seed(): number {
  return Math.floor(Math.random() * UINT32);
}

function tagId(): NonNullable<ReturnType<typeof asTagId>> {
  const id = asTagId(config.tag);
  if (id === undefined) throw new RangeError("the configuration names no tag");
  return id;
}

/** The certificates, in DER; the key is RSA in PKCS#8, the only kind that the SDK's TLS can sign with. */
function secure(): object {
  return {
    certificate: new Resource("authority.der"),
    clientCertificates: [new Resource("tag.der"), new Resource("issuer.der")],
    clientKey: new Resource("key.der"),
  };
}

function openClient(events: MqttEvents): MqttClient {
  const { mqtts } = device.network;
  const socket = { ...mqtts.socket, secure: { ...mqtts.socket.secure, ...secure() } };
  const { host, port, tag: id } = config;
  return new mqtts.io({ ...mqtts, ...events, socket, host, port, id, clean: true, keepAlive: KEEP_ALIVE_MS });
}

function after(ms: number, call: () => void): () => void {
  const timer = Timer.set(call, ms);
  return () => Timer.clear(timer);
}

function file(name: string): Uint8Array {
  return new Uint8Array(new Resource(name).slice(0));
}

/** The firmware on a T-SIM7080G-S3 with a receiver and an accelerometer. */
export class Board {
  private readonly clock: TicksClock;
  private readonly receiverPower: Digital;
  private readonly buzzer: Pulse;
  private readonly lamp: Pulse;
  private readonly rails: PowerRails;
  private readonly sentences: Uint8Array;
  private readonly supervisor: AbortSupervisor;
  private readonly modem: ModemUplink | undefined;
  private readonly session: MqttSession | undefined;
  private readonly sensor: LIS3DH;
  private readonly firmware: Firmware;
  private readonly plan: WakePlan;
  private wantsSession = false;
  private isReceiving = false;
  /** Pending waits that need the processor awake: of a pin that is held, or of the modem's supply. */
  private waits = 0;

  /** `builtAtS`: as in FirmwareOptions. */
  constructor(builtAtS: number) {
    this.clock = new TicksClock(
      () => uptimeMs() % UINT32,
      (utcS) => this.setSystemTime(utcS),
    );
    this.receiverPower = new Digital({ pin: config.gnssPower, mode: Digital.Output });
    this.buzzer = this.pulseOf(config.buzzer);
    this.lamp = this.pulseOf(config.lamp);
    // The typings describe SMBus's options as a list of itself.
    const bus: unknown = { ...config.i2c, hz: 400_000, address: POWER_ADDRESS };
    this.rails = new PowerRails(new SMBus(bus as ConstructorParameters<typeof SMBus>[0]));
    this.sentences = new Uint8Array(SENTENCES_BYTES);
    this.plan = this.makePlan();
    this.modem = config.uplink === "modem" ? this.openModem() : undefined;
    this.session = config.uplink === "wifi" ? this.openSession() : undefined;
    this.supervisor = new AbortSupervisor(() => this.session?.abandon());
    globalThis.abort = (message) => this.supervisor.aborted(message);
    const { idleTimeoutMs } = config;
    const own = { tag: tagId(), firmware: VERSION, seed: seed(), builtAtS };
    this.firmware = new Firmware(this.ports(), { ...own, idleTimeoutMs });
    this.listenToGnss();
    this.sensor = this.listenToMotion();
    this.firmware.start();
    this.plan.renew();
  }

  private makePlan(): WakePlan {
    return new WakePlan({
      monotonicMs: () => this.clock.monotonicMs(),
      nextWakeMs: () => Math.min(this.firmware.nextWakeMs(), this.modem?.nextWakeMs() ?? Infinity),
      isQuiet: () => this.modem?.isResting === true && !this.isReceiving && this.waits === 0,
      after,
      sleep: (ms) => {
        if (lightSleep(ms, config.motionInterrupt)) this.moved();
      },
      wake: () => {
        this.firmware.wake();
        this.modem?.wake();
      },
    });
  }

  private openModem(): ModemUplink {
    const { apn, host, port } = config;
    const files = {
      authority: file("authority.pem"),
      certificate: file("tag.pem"),
      key: file("key.pem"),
    };
    const serial = new SerialModem(config.modem, this.rails, {
      received: () => this.plan.renew(),
      after: (ms, call) => this.later(ms, call),
    });
    const own = { tag: tagId(), firmware: VERSION, seed: seed(), files };
    const uplink = new ModemUplink(
      this.clock,
      serial,
      { ...own, apn, host, port, maxReadBytes: MODEM_READ_BYTES },
      this.listener(),
    );
    serial.uplink = uplink;
    return uplink;
  }

  private openSession(): MqttSession {
    return new MqttSession(tagId(), seed(), {
      ...this.listener(),
      open: openClient,
      after,
    });
  }

  private listener(): {
    up: () => void;
    down: () => void;
    message: (topic: string, bytes: Uint8Array) => void;
  } {
    return {
      up: () => {
        this.supervisor.calm();
        this.runAndPlan(() => this.firmware.uplinkUp());
      },
      down: () => this.runAndPlan(() => this.firmware.uplinkDown()),
      message: (topic, bytes) => this.runAndPlan(() => this.firmware.message(topic, bytes)),
    };
  }

  private ports(): Ports {
    const partition = FlashStorage.open({ path: JOURNAL_PARTITION, mode: "r+" });
    return {
      flash: new PartitionFlash(partition),
      clock: this.clock,
      gnss: { start: () => this.receive(true), stop: () => this.receive(false) },
      uplink: this.modem ?? this.wifi(),
      indicator: {
        buzz: (seconds) => this.buzzer.start(seconds),
        light: (seconds) => this.lamp.start(seconds),
      },
      battery: { percent: () => this.rails.percent() },
    };
  }

  /** The SDK's TLS checks certificates by the board's clock: no session before a fix has set it. */
  private wifi(): Uplink {
    return {
      connect: () => {
        this.wantsSession = true;
        if (this.clock.utcS() > 0) this.session?.connect();
      },
      disconnect: () => {
        this.wantsSession = false;
        this.session?.disconnect();
      },
      publish: (topic, bytes) => this.session?.publish(topic, bytes) === true,
    };
  }

  private setSystemTime(utcS: number): void {
    Time.set(utcS);
    if (this.wantsSession) this.session?.connect();
  }

  private receive(isOn: boolean): void {
    this.isReceiving = isOn;
    hold(config.gnssPower, false);
    this.receiverPower.write(isOn ? 1 : 0);
    hold(config.gnssPower, true);
  }

  private pulseOf(pin: number): Pulse {
    const output = new Digital({ pin, mode: Digital.Output });
    return new Pulse(
      (isOn) => output.write(isOn ? 1 : 0),
      (ms, call) => this.later(ms, call),
    );
  }

  private later(ms: number, call: () => void): void {
    this.waits++;
    Timer.set(() => {
      this.waits--;
      this.runAndPlan(call);
    }, ms);
  }

  private listenToGnss(): void {
    const { port, receive, transmit, baud } = config.gnss;
    const take = (count: number): void => this.readReceiver(serial, count);
    const serial = new Serial({ port, receive, transmit, baud, format: "buffer", onReadable: take });
  }

  private readReceiver(serial: Serial, count: number): void {
    let rest = count;
    while (rest > 0) {
      const length = serial.read(this.sentences.subarray(0, Math.min(rest, SENTENCES_BYTES)));
      if (typeof length !== "number" || length <= 0) break;
      this.firmware.gnssBytes(this.sentences, length);
      rest -= length;
    }
    this.plan.renew();
  }

  private listenToMotion(): LIS3DH {
    const { io } = device;
    const sensor = new LIS3DH({
      sensor: { ...config.i2c, io: io.SMBus },
      alert: { io: io.Digital, pin: config.motionInterrupt },
      onAlert: () => this.moved(),
    });
    sensor.configure(motionAlert());
    return sensor;
  }

  private moved(): void {
    // Reading the register releases the line.
    this.sensor.status();
    this.runAndPlan(() => this.firmware.moved());
  }

  private runAndPlan(call: () => void): void {
    call();
    this.plan.renew();
  }
}
