/** What a modem must be told of its network and of the bridge. Texts are ASCII without quotes. */
export interface ModemConfig {
  /** Of the SIM's operator. */
  readonly apn: string;
  readonly host: string;
  readonly port: number;
}

/** Credentials that are to be put into the modem, PEM. The key does not stay there as a file. */
export interface ModemFiles {
  readonly authority: Uint8Array;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}
