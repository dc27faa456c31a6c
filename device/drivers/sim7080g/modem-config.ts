/** What a modem must know about its network and the bridge. Texts are ASCII without quotes. */
export interface ModemConfig {
  /** Access point name of the SIM's operator. */
  readonly apn: string;
  readonly host: string;
  readonly port: number;
}

/** Credentials to store in the modem, PEM. The key's file is deleted afterwards. */
export interface ModemFiles {
  readonly authority: Uint8Array;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}
