import { Option } from "commander";

/** `--root-out FILE`: the root's key leaves the machine by this file. */
export function rootOutOption(): Option {
  return new Option(
    "--root-out <file>",
    "new file for the key of the authority's root, encrypted; the first start needs it, the key stays nowhere else",
  );
}

/** Tells file and passphrase, once. With --json on standard error, as standard output has its one object. */
export function printRootKey(json: boolean): (file: string, passphrase: string) => void {
  return (file, passphrase) => {
    const write = json ? console.error : console.log;
    write(`root key    ${file} (encrypted; keep it away from this machine)`);
    write(`passphrase  ${passphrase} (shown only now; keep it apart from the file)`);
  };
}
