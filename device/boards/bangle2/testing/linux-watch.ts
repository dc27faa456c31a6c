/** The data of a watch that Espruino for Linux simulates. */
export interface LinuxWatch {
  /** Path of bangle.js as it goes into the watch's Storage. */
  readonly program: string;
  /** JSON of the file purrimeter.link. */
  readonly link: string;
  /** Lines of NMEA, of one second each. */
  readonly seconds: readonly (readonly string[])[];
  /** The port on 127.0.0.1 at which the gateway listens: the radio. */
  readonly port: number;
}

/**
 * A script for Espruino's Linux program: the objects that only a Bangle.js 2 has, made of a socket and of memory; the
 * program, with Espruino's own engine and cryptography; and what happens to the watch.
 */
export function linuxWatchScript({ program, link, seconds, port }: LinuxWatch): string {
  return `
var handlers = {}, pages = {}, isConnected = false, isReceiving = false, second = 0, socket;
function taker(who) { return function (event, take) { handlers[who + event] = take; }; }
function nothing() {}
var Bangle = {
  on: taker("Bangle "), setBacklight: nothing, setPollInterval: nothing, setOptions: nothing, buzz: nothing,
  setGPSPower: function (isOn) { isReceiving = isOn; }
};
var NRF = { on: taker("NRF "), getSecurityStatus: function () { return { connected: isConnected }; } };
var Bluetooth = { on: taker("Bluetooth "), write: function (text) { socket.write(text); } };
E.getBattery = function () { return 66; };
E.setConsole = nothing;
E.enableWatchdog = nothing;
Modules.addCached("Storage", function () {
  exports.write = function (name, data, offset, size) {
    if (!pages[name]) { pages[name] = new Uint8Array(size); pages[name].fill(255); }
    pages[name].set(data, offset);
    return true;
  };
  exports.readArrayBuffer = function (name) { return pages[name] ? pages[name].buffer : undefined; };
  exports.erase = function (name) { delete pages[name]; };
  exports.readJSON = function () { return ${link.trim()}; };
});
var seconds = ${JSON.stringify(seconds)};
eval(require("fs").readFileSync(${JSON.stringify(program)}));
setInterval(function () {
  if (!isReceiving || second === seconds.length) return;
  seconds[second++].forEach(function (line) { handlers["Bangle GPS-raw"](line, false); });
}, 200);
require("net").connect({ host: "127.0.0.1", port: ${port} }, function (connection) {
  socket = connection;
  isConnected = true;
  connection.on("data", function (text) { handlers["Bluetooth data"](text); });
  connection.on("close", function () { isConnected = false; handlers["NRF disconnect"](); });
  handlers["NRF connect"]();
});
`;
}
