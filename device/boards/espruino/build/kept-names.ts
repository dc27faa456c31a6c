/** What our code uses of the language's own objects. The golden scenarios fail when one is missing here. */
const LANGUAGE: readonly string[] = [
  ...["prototype", "constructor", "length", "assign"],
  ...["floor", "ceil", "round", "min", "max", "abs", "sqrt"],
  ...["push", "indexOf", "slice", "fill", "set", "subarray", "buffer"],
  ...["charAt", "charCodeAt", "fromCharCode", "startsWith", "split", "join", "map"],
];

/** What the programs use of Espruino's own objects (firmware 2v29), and what they read of JSON. */
const ESPRUINO: readonly string[] = [
  ...["on", "write", "erase", "readArrayBuffer", "readJSON", "hwRand", "getBattery", "enableWatchdog"],
  ...[
    "setConsole",
    "force",
    "setGPSPower",
    "setBacklight",
    "setPollInterval",
    "setOptions",
    "backlightTimeout",
  ],
  ...["buzz", "diff", "getSecurityStatus", "connected", "SHA256", "AES", "ccmEncrypt", "ccmDecrypt", "data"],
  ...["tag", "id", "key", "host", "port", "apn", "toString", "toUint8Array", "reboot"],
  ...["getState", "BLE", "Wifi", "enableBLE", "enableWifi", "lightSleep", "setup", "rx", "tx", "sda", "scl"],
  ...["bitrate", "readReg", "writeTo", "read", "erasePage", "edge", "repeat"],
];

/** Matches the property names that a minifier must leave alone, besides those given. */
export function keptNames(own: readonly string[]): RegExp {
  // eslint-disable-next-line security/detect-non-literal-regexp -- words of this file and of public-names.ts
  return new RegExp(`^(?:${[...LANGUAGE, ...ESPRUINO, ...own].join("|")})$`);
}
