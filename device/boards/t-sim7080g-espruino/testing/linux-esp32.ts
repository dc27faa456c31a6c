/** The data of a board that Espruino for Linux simulates. */
export interface LinuxEsp32 {
  /** Path of esp32s3.js as it goes into the board's Storage. */
  readonly program: string;
  /** Texts of the files in its Storage. */
  readonly files: Readonly<Record<string, string>>;
  /** Text of the receiver, of one second each. */
  readonly seconds: readonly string[];
  /** On 127.0.0.1: the modem's end of the serial line. */
  readonly port: number;
}

/**
 * A script for Espruino's Linux program: the objects that only an ESP32 has, made of a socket and of memory, where light
 * sleep takes no time; and the program, with Espruino's own engine. After every second of the receiver it prints
 * how many variables the program takes, including its code and the flash of the test.
 */
export function linuxEsp32Script({ program, files, seconds, port }: LinuxEsp32): string {
  return `
var pages = {}, pins = {}, handlers = {}, second = 0, before, socket;
function nothing() {}
function serial(name, write) {
  return { setup: nothing, write: write, on: function (event, take) { handlers[name] = take; } };
}
var awakeTime = getTime, sleptS = 0;
function getTime() { return awakeTime() + sleptS; }
var ESP32 = {
  getState: function () { return { BLE: false, Wifi: false }; },
  lightSleep: function (ms) { sleptS += ms / 1000; }
};
var Serial2 = serial("modem", function (bytes) { socket.write(E.toString(bytes)); });
var Serial3 = serial("gnss", nothing);
var I2C1 = {
  setup: nothing,
  readReg: function (address, register, count) {
    if (register === 0x0f) return new Uint8Array([0x33]);
    return new Uint8Array(count).map(function () { return Math.random() * 256; });
  },
  writeTo: nothing
};
function digitalRead() { return 1; }
function digitalWrite(pin, level) { pins[pin] = level; }
function setWatch() {}
E.setConsole = nothing;
E.enableWatchdog = nothing;
function page(address) { return "p" + (address >> 12); }
Modules.addCached("Flash", function () {
  exports.read = function (length, address) {
    var cells = pages[page(address)], from = address & 4095;
    return cells ? cells.slice(from, from + length) : new Uint8Array(length).fill(255);
  };
  exports.write = function (bytes, address) {
    var name = page(address);
    if (!pages[name]) pages[name] = new Uint8Array(4096).fill(255);
    pages[name].set(bytes, address & 4095);
  };
  exports.erasePage = function (address) { delete pages[page(address)]; };
});
var files = ${JSON.stringify(files)};
Modules.addCached("Storage", function () {
  exports.readArrayBuffer = function (name) { return E.toArrayBuffer(files[name]); };
  exports.readJSON = function (name) { return JSON.parse(files[name]); };
});
var seconds = ${JSON.stringify(seconds)};
process.on("uncaughtException", function (error) { print("uncaught " + error); });
require("net").connect({ host: "127.0.0.1", port: ${port} }, function (connection) {
  socket = connection;
  connection.on("data", function (text) { handlers.modem(text); });
  before = process.memory().usage;
  eval(require("fs").readFileSync(${JSON.stringify(program)}));
  setInterval(function () {
    if (!pins[8] || second === seconds.length) return;
    handlers.gnss(seconds[second++]);
    print("variables " + (process.memory().usage - before));
  }, 200);
});
`;
}
