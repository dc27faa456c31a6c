import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { servicesOf } from "../running-purrimeter.ts";

/** A port that a service listens on, on loopback. */
export interface ListeningPort {
  readonly service: string;
  readonly port: number;
}

/** Of proc_net(5): a socket that listens. */
const LISTEN = "0A";

/** Inode -> port of all TCP sockets that listen. */
function listeners(): Map<string, number> {
  const lines = ["tcp", "tcp6"].flatMap((name) =>
    readFileSync(`/proc/net/${name}`, "utf8").split("\n").slice(1),
  );
  const cells = lines.map((line) => line.trim().split(/\s+/)).filter((line) => line[3] === LISTEN);
  return new Map(cells.map((line) => [line[9] ?? "", parseInt(line[1]?.split(":").at(-1) ?? "", 16)]));
}

function inodesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      return []; // Closed since the folder was read.
    }
  });
}

/** Every port that the services of a data folder listen on, found as an outsider on this machine finds them. */
export function listeningPorts(data: string): ListeningPort[] {
  const ports = listeners();
  return servicesOf(data).flatMap(({ name, pid }) =>
    inodesOf(pid).flatMap((inode) => {
      const port = ports.get(inode);
      return port === undefined ? [] : [{ service: name, port }];
    }),
  );
}
