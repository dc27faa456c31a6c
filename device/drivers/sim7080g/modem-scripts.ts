import { crc32 } from "@purrimeter/protocol/crc32";
import { asciiBytes } from "./ascii-bytes.ts";
import { clockText, knowsTime } from "./modem-clock.ts";
import type { ModemConfig, ModemFiles } from "./modem-config.ts";
import { oneOf, type ModemStep } from "./modem-step.ts";

/** Most commands are answered at once; drivers wait 5 s for those that write settings (TinyGSM). */
const QUICK_MS = 5_000;
const WRITE_MS = 15_000;
/** Attaching, and opening a socket with its handshake: drivers wait 75 s (TinyGSM). */
const OPEN_MS = 75_000;

/** Of all sockets, PDP and TLS contexts the tag needs one: number 0. */
export const SOCKET = 0;

/** PSM: tell the network every hour, listen for 6 s after that (3GPP TS 24.008, 10.5.7.4a and 10.5.7.3). */
const PSM = '"00100001","00000011"';

/** Names of the credentials in the modem's file system. */
const AUTHORITY_FILE = "ca.crt";
const CERTIFICATE_FILE = "tag.crt";

function step(text: string, more: Partial<ModemStep> = {}): ModemStep {
  return { text, deadlineMs: QUICK_MS, ...more };
}

/** Reaches a modem that may be asleep, and turns its echo on, by which AtChannel separates answers. */
export function syncScript(): readonly ModemStep[] {
  return [
    step("ATE1", {
      deadlineMs: 1_000,
      isUnechoed: true,
      tries: 5,
      mayFail: true,
      failure: "no-answer",
    }),
    step("AT", { deadlineMs: 1_000, tries: 3, failure: "no-answer" }),
  ];
}

/** Attaches a modem that answers to the network. */
export function attachScript({ apn }: ModemConfig): readonly ModemStep[] {
  return [
    step("AT+CPIN?", {
      wants: "+CPIN:",
      accepts: oneOf("+CPIN: READY"),
      tries: 5,
      pauseMs: 2_000,
      failure: "no-sim",
    }),
    step("AT+CLTS=1", { mayFail: true }),
    step("AT+CSCLK=1", { mayFail: true }),
    step(`AT+CPSMS=1,,,${PSM}`, { mayFail: true }),
    step(`AT+CGDCONT=1,"IP","${apn}"`, { mayFail: true }),
    step(`AT+CNCFG=0,1,"${apn}"`, { mayFail: true }),
    step("AT+CEREG?", {
      wants: "+CEREG:",
      accepts: oneOf(
        "+CEREG: 0,1",
        "+CEREG: 0,5",
        "+CEREG: 1,1",
        "+CEREG: 1,5",
        "+CEREG: 2,1",
        "+CEREG: 2,5",
      ),
      tries: 30,
      pauseMs: 2_000,
      failure: "no-network",
    }),
    step("AT+CNACT=0,1", { deadlineMs: OPEN_MS, mayFail: true, failure: "no-network" }),
    step("AT+CNACT?", {
      wants: "+CNACT: 0,",
      accepts: oneOf("+CNACT: 0,1"),
      tries: 15,
      pauseMs: 1_000,
      failure: "no-network",
    }),
  ];
}

/** The modem checks certificates by its own clock: set from ours when that is set, otherwise from the network. */
export function clockScript(utcS: number): readonly ModemStep[] {
  const ask = step("AT+CCLK?", {
    wants: "+CCLK:",
    accepts: knowsTime,
    tries: 5,
    pauseMs: 2_000,
    failure: "no-time",
  });
  return utcS === 0 ? [ask] : [step(`AT+CCLK="${clockText(utcS)}"`, { failure: "no-time" }), ask];
}

/** Stores the credentials in the modem, unless they are there. The key's file is deleted when the modem has imported it. */
export function filesScript(files: ModemFiles): readonly ModemStep[] {
  const mark = `${crc32(files.certificate, 0, files.certificate.length)}`;
  const write = (name: string, payload: Uint8Array): ModemStep =>
    step(`AT+CFSWFILE=3,"${name}",0,${payload.length},10000`, { deadlineMs: WRITE_MS, payload });
  return [
    step("AT+CFSTERM", { mayFail: true }),
    step("AT+CFSINIT"),
    // The mark is written last: it shows that everything else is stored.
    step(`AT+CFSGFIS=3,"${mark}"`, { wants: "+CFSGFIS:", mayFail: true, leavesOut: 7 }),
    write(AUTHORITY_FILE, files.authority),
    write(CERTIFICATE_FILE, files.certificate),
    write("tag.key", files.key),
    step(`AT+CSSLCFG="CONVERT",2,"${AUTHORITY_FILE}"`, { deadlineMs: WRITE_MS }),
    step(`AT+CSSLCFG="CONVERT",1,"${CERTIFICATE_FILE}","tag.key"`, { deadlineMs: WRITE_MS }),
    step('AT+CFSDFILE=3,"tag.key"'),
    write(mark, asciiBytes(mark)),
    step("AT+CFSTERM", { mayFail: true }),
  ].map((one) => ({ failure: "no-files" as const, ...one }));
}

/** Opens a TLS connection from an attached modem to the bridge. */
export function openScript({ host, port }: ModemConfig): readonly ModemStep[] {
  return [
    step(`AT+CACLOSE=${SOCKET}`, { mayFail: true }),
    step('AT+CSSLCFG="sslversion",0,3'),
    step('AT+CSSLCFG="ignorertctime",0,0'),
    step(`AT+CSSLCFG="sni",0,"${host}"`),
    step(`AT+CACID=${SOCKET}`),
    step(`AT+CASSLCFG=${SOCKET},"SSL",1`),
    step(`AT+CASSLCFG=${SOCKET},"CRINDEX",0`),
    step(`AT+CASSLCFG=${SOCKET},"CACERT","${AUTHORITY_FILE}"`),
    step(`AT+CASSLCFG=${SOCKET},"CERT","${CERTIFICATE_FILE}"`),
    step(`AT+CAOPEN=${SOCKET},0,"TCP","${host}",${port}`, {
      deadlineMs: OPEN_MS,
      wants: `+CAOPEN: ${SOCKET},`,
      accepts: oneOf(`+CAOPEN: ${SOCKET},0`),
    }),
  ].map((one) => ({ failure: "refused" as const, ...one }));
}
