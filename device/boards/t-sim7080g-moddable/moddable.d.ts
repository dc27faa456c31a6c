// What @moddable/typings 5.6.0 does not have yet of SDK 8.2.
declare module "embedded:storage/flash" {
  interface OpenFlash {
    close(): void;
    eraseBlock(start: number, end?: number): void;
    read(buffer: Uint8Array, byteOffset: number): number;
    write(buffer: Uint8Array, byteOffset: number): void;
    status(): { size: number; blockLength: number; blocks: number; writeAlign: number; eraseValue: number };
  }
  const FlashStorage: { open(options: { path: string; mode?: "r" | "r+" }): OpenFlash };
  export default FlashStorage;
}

declare module "embedded:sensor/Accelerometer/LIS3DH" {
  export default class LIS3DH {
    constructor(options: object);
    configure(options: object): void;
    status(): number;
  }
}

declare module "mc/config" {
  const config: {
    readonly tag: string;
    readonly host: string;
    readonly port: number;
    /** Of the SIM's operator. */
    readonly apn: string;
    /** The modem's own TLS, or the SDK's on Wi-Fi. */
    readonly uplink: "modem" | "wifi";
    readonly modem: import("./serial-modem.ts").SerialModemPins;
    readonly i2c: { readonly data: number; readonly clock: number };
    readonly gnss: {
      readonly port: number;
      readonly receive: number;
      readonly transmit: number;
      readonly baud: number;
    };
    readonly gnssPower: number;
    readonly buzzer: number;
    readonly lamp: number;
    readonly motionInterrupt: number;
    readonly idleTimeoutMs: number;
  };
  export default config;
}

/** Of xsc: binds a C function of the manifest's modules. */
declare function native(name: string): (this: unknown, ...values: unknown[]) => unknown;

/** The SDK's abort hook; false goes on. */
declare var abort: ((message: string, exception?: unknown) => boolean) | undefined;

interface ModdableDevice {
  readonly io: { readonly Serial: unknown; readonly Digital: unknown; readonly SMBus: unknown };
  readonly network: {
    readonly mqtts: {
      readonly io: new (options: object) => import("./mqtt-session.ts").MqttClient;
      readonly dns: object;
      readonly socket: object & { readonly secure?: object };
    };
  };
}
declare const device: ModdableDevice;
