/** Names that Espruino's own objects have, and names that other scripts know (Bangle.js 2, firmware 2v29). */
const ESPRUINO = [
  ...[
    "on",
    "removeListener",
    "print",
    "setTimeout",
    "setInterval",
    "clearTimeout",
    "changeInterval",
    "getTime",
  ],
  ...["Storage", "read", "write", "erase", "readArrayBuffer", "list", "setTime", "getBattery", "buzz"],
  ...["setGPSPower", "setPollInterval", "setOptions", "wakeOnTwist", "powerSave", "accel", "step", "GPS"],
  ...["getSecurityStatus", "connected", "setConsole", "force", "enableWatchdog", "setBacklight", "diff"],
  ...["backlightTimeout", "readJSON", "SHA256", "ccmEncrypt", "ccmDecrypt", "data", "tag", "id", "key"],
  ...["uart", "fix", "peek32", "crypto", "AES", "hwRand", "setSecurity", "setServices", "setLCDPower"],
];

/** Names that belong to the language, whoever has them, as this engine lists them. */
function languageNames(): string[] {
  const names: string[] = [];
  for (const key of Object.getOwnPropertyNames(globalThis)) {
    const value = (globalThis as unknown as Record<string, unknown>)[key];
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    names.push(key, ...Object.getOwnPropertyNames(value));
    const { prototype } = value as { readonly prototype?: unknown };
    if (typeof prototype === "object" && prototype !== null) names.push(...namesUpwards(prototype));
  }
  return names;
}

function namesUpwards(object: object): string[] {
  const above = Object.getPrototypeOf(object) as object | null;
  return [...Object.getOwnPropertyNames(object), ...(above === null ? [] : namesUpwards(above))];
}

/** Matches the property names that a minifier must leave alone, besides those given. */
export function keptNames(own: readonly string[]): RegExp {
  const names = new Set([...languageNames(), ...ESPRUINO, ...own]);
  const words = [...names].filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
  // eslint-disable-next-line security/detect-non-literal-regexp -- words of the alphabet above
  return new RegExp(`^(?:${words.map((word) => word.replaceAll("$", "\\$")).join("|")})$`);
}
