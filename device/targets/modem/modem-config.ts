/** What a modem must be told of its network and of the bridge. Texts are ASCII without quotes. */
export interface ModemConfig {
  /** Of the SIM's operator. */
  readonly apn: string;
  readonly host: string;
  readonly port: number;
  /** Names of the certificates in the modem's file system, as `ModemFiles` put them there. */
  readonly authorityFile: string;
  readonly certificateFile: string;
}

/** Credentials that are to be put into the modem, PEM. The key does not stay there as a file. */
export interface ModemFiles {
  readonly authority: Uint8Array;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}
