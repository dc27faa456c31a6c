import { Firmware } from "@purrimeter/device/firmware";
import type { Ports } from "@purrimeter/device/ports";
import { asTagId } from "@purrimeter/protocol/values";
import Digital from "embedded:io/digital";
import Serial from "embedded:io/serial";
import SMBus from "embedded:io/smbus";
import LIS3DH from "embedded:sensor/Accelerometer/LIS3DH";
import FlashStorage from "embedded:storage/flash";
import config from "mc/config";
import Resource from "Resource";
import Time from "time";
import Timer from "timer";
import { MqttSession, type MqttClient, type MqttEvents } from "./mqtt-session.ts";
import { PartitionFlash } from "./partition-flash.ts";
import { TicksClock } from "./ticks-clock.ts";

const VERSION = "0.1.0-moddable";
const JOURNAL_PARTITION = "journal";

/** The broker may grant no more than this (protocol/src/limits.ts). */
const KEEP_ALIVE_MS = 3_600_000;

/** The power controller of the T-SIM7080G boards, and its register of per cent (AXP2101 datasheet, 0xA4). */
const GAUGE_ADDRESS = 0x34;
const BATTERY_PERCENT = 0xa4;

/** A timer of the SDK takes 31 bits of milliseconds; an hour is early enough to look again. */
const LONGEST_SLEEP_MS = 3_600_000;
const SENTENCES_BYTES = 512;

/** Movement that a walking cat makes and a sleeping one does not: 1/64 g for two samples at 10 Hz (LIS3DH, 8.21). */
const MOTION = {
  rate: 2,
  range: 0,
  enable: 0b111,
  lowPower: true,
  alert: { mode: 1, threshold: 1, duration: 2 },
};

function seed(): number {
  return Math.floor(Math.random() * 4_294_967_296);
}

function tagId(): NonNullable<ReturnType<typeof asTagId>> {
  const id = asTagId(config.tag);
  if (id === undefined) throw new RangeError("manifest.json names no tag");
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

class Board {
  private readonly clock: TicksClock;
  private readonly power: Digital;
  private readonly buzzer: Digital;
  private readonly lamp: Digital;
  private readonly gauge: SMBus;
  private readonly sentences: Uint8Array;
  private readonly firmware: Firmware;
  private readonly session: MqttSession;
  private timer: Timer | undefined = undefined;
  private wantsSession = false;

  constructor() {
    this.clock = new TicksClock(
      () => Time.ticks,
      (utcS) => this.tellTime(utcS),
    );
    this.power = new Digital({ pin: config.gnssPower, mode: Digital.Output });
    this.buzzer = new Digital({ pin: config.buzzer, mode: Digital.Output });
    this.lamp = new Digital({ pin: config.lamp, mode: Digital.Output });
    // The typings describe SMBus's options as a list of itself.
    const gauge: unknown = { ...device.I2C.default, hz: 400_000, address: GAUGE_ADDRESS };
    this.gauge = new SMBus(gauge as ConstructorParameters<typeof SMBus>[0]);
    this.sentences = new Uint8Array(SENTENCES_BYTES);
    this.session = this.openSession();
    const options = { tag: tagId(), firmware: VERSION, seed: seed(), lingerMs: config.lingerMs };
    this.firmware = new Firmware(this.ports(), options);
    this.listenToGnss();
    this.listenToMotion();
    this.firmware.start();
    this.sleep();
  }

  private openSession(): MqttSession {
    return new MqttSession(tagId(), seed(), {
      open: openClient,
      after: (ms, call) => {
        const timer = Timer.set(call, ms);
        return () => Timer.clear(timer);
      },
      up: () => this.then(() => this.firmware.uplinkUp()),
      down: () => this.then(() => this.firmware.uplinkDown()),
      message: (topic, bytes) => this.then(() => this.firmware.message(topic, bytes)),
    });
  }

  private ports(): Ports {
    const partition = FlashStorage.open({ path: JOURNAL_PARTITION, mode: "r+" });
    const { clock, session } = this;
    return {
      flash: new PartitionFlash(partition),
      clock,
      gnss: { start: () => this.power.write(1), stop: () => this.power.write(0) },
      uplink: {
        connect: () => this.wantSession(true),
        disconnect: () => this.wantSession(false),
        publish: (topic, bytes) => session.publish(topic, bytes),
      },
      indicator: {
        buzz: (seconds) => this.pulse(this.buzzer, seconds),
        light: (seconds) => this.pulse(this.lamp, seconds),
      },
      battery: { percent: () => this.gauge.readUint8(BATTERY_PERCENT) },
    };
  }

  private tellTime(utcS: number): void {
    Time.set(utcS);
    if (this.wantsSession) this.session.connect();
  }

  /** TLS judges certificates by the clock: no session before a fix has set it. */
  private wantSession(isWanted: boolean): void {
    this.wantsSession = isWanted;
    if (!isWanted) this.session.disconnect();
    else if (this.clock.utcS() > 0) this.session.connect();
  }

  private pulse(pin: Digital, seconds: number): void {
    pin.write(1);
    Timer.set(() => pin.write(0), seconds * 1_000);
  }

  private listenToGnss(): void {
    const { port, receive, transmit, baud } = config.gnss;
    const take = (count: number): void => this.hear(serial, count);
    const serial = new Serial({ port, receive, transmit, baud, format: "buffer", onReadable: take });
  }

  private hear(serial: Serial, count: number): void {
    let rest = count;
    while (rest > 0) {
      const length = serial.read(this.sentences.subarray(0, Math.min(rest, SENTENCES_BYTES)));
      if (typeof length !== "number" || length <= 0) break;
      this.firmware.gnssBytes(this.sentences, length);
      rest -= length;
    }
    this.sleep();
  }

  private listenToMotion(): void {
    const { I2C, io } = device;
    const sensor = new LIS3DH({
      sensor: { ...I2C.default, io: io.SMBus },
      alert: { io: io.Digital, pin: config.motionInterrupt },
      onAlert: () => {
        sensor.status();
        this.then(() => this.firmware.moved());
      },
    });
    sensor.configure(MOTION);
  }

  private then(call: () => void): void {
    call();
    this.sleep();
  }

  /** Plans the next wake-up anew: every call may have changed it. */
  private sleep(): void {
    Timer.clear(this.timer);
    const waitMs = this.firmware.nextWakeMs() - this.clock.monotonicMs();
    const sleepMs = Math.max(1, Math.min(waitMs, LONGEST_SLEEP_MS));
    this.timer = Timer.set(() => this.then(() => this.firmware.wake()), sleepMs);
  }
}

new Board();
