import type { Time } from "@purrimeter/service/time";
import { loadIssuer } from "@purrimeter/certs/issuer";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { issueTag } from "@purrimeter/certs/issue-tag";
import type { Issued } from "@purrimeter/certs/issue-leaf";
import { branchOf, readIssued, type IssuedCertificate, type Kind } from "@purrimeter/certs/issued-index";
import { refuse } from "@purrimeter/certs/refusal";
import { renew } from "@purrimeter/certs/renew";
import { revoke } from "@purrimeter/certs/revoke";
import { Argument, Command } from "commander";
import { existsSync, readFileSync } from "node:fs";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { utcDate } from "../terminal/utc.ts";
import { isFailure, reportFailure, type Failure } from "../terminal/failure.ts";
import { collect, dataOption, examples, jsonOption } from "../terminal/options.ts";
import { recordInFolder } from "../data-folder/record-act.ts";
import { takeTagKey } from "../data-folder/tag-keys.ts";
import { rootKeyKeeper } from "../data-folder/root-key-out.ts";
import { printRootKey, rootOutOption } from "../terminal/root-out.ts";
import { takeServiceKey } from "../data-folder/certify-services.ts";
import { orFailure } from "../data-folder/or-failure.ts";
import { REGISTRY } from "../services/service-registry.ts";

interface CertFlags {
  readonly data: string;
  readonly json?: true;
  readonly host: readonly string[];
  readonly client?: true;
  readonly key?: string;
  readonly keepKey?: true;
}

/** `purrimeter certs`. */
export function certsCommand(time: Time): Command {
  return new Command("certs")
    .description("the certificate authority of tags and services")
    .addCommand(initCommand(time))
    .addCommand(issueCommand(time))
    .addCommand(listCommand(time))
    .addCommand(renewCommand(time))
    .addCommand(revokeCommand(time));
}

function subcommand(name: string, description: string): Command {
  return new Command(name).description(description).addOption(dataOption()).addOption(jsonOption());
}

function kindArgument(): Argument {
  return new Argument("<kind>", "what the certificate is for").choices(["tag", "service"]);
}

function initCommand(time: Time): Command {
  return subcommand("init", "create the authority: a root, one intermediate for tags, one for services")
    .addOption(rootOutOption().makeOptionMandatory())
    .addHelpText("after", examples("certs init --data /srv/purrimeter --root-out /media/stick/root.pem"))
    .action(async (flags: CertFlags & { readonly rootOut: string }) => {
      const files = dataFiles(flags.data);
      const { certs } = files;
      const keep = rootKeyKeeper(files, {
        file: flags.rootOut,
        onWritten: printRootKey(flags.json === true),
      });
      if (isFailure(keep)) return reportFailure(keep);
      const authority = orFailure(await initAuthority(files.authority, utcDate(time), keep));
      if (isFailure(authority)) reportFailure(authority);
      else if (flags.json === true) console.log(JSON.stringify({ root: authority.root, folder: certs }));
      else console.log(`authority ${authority.root}`);
    });
}

function issueCommand(time: Time): Command {
  return subcommand("issue", "issue certificates with their keys")
    .addArgument(kindArgument())
    .argument("<names...>", "common names: tag ids, or one service's name")
    .option("--host <host>", "host name or address of a service besides localhost; repeatable", collect, [])
    .option("--client", "the service is another one's client too")
    .option("--key <file>", "certify this RSA key (PEM) for all tags named, instead of a new one for each")
    .addHelpText(
      "after",
      examples(
        "certs issue tag mimi",
        "certs issue tag sim-1 sim-2 sim-3 --key fleet.pem",
        "certs issue service mosquitto --host mqtt.example.org",
      ),
    )
    .action(async (kind: Kind, names: readonly string[], flags: CertFlags) => {
      for (const name of names) if (!report(await issueOne(kind, name, flags, time), flags)) return;
    });
}

async function issueOne(kind: Kind, name: string, flags: CertFlags, time: Time): Promise<Issued | Failure> {
  const files = dataFiles(flags.data);
  const now = utcDate(time);
  const recorded = await recordSigning(files, time, "certificate.issued", kind, name);
  if (isFailure(recorded)) return recorded;
  if (kind === "tag") {
    const key = flags.key === undefined ? {} : { key: readFileSync(flags.key, "utf8") };
    return keyInItsPlace(
      files,
      kind,
      name,
      orFailure(await issueTag(files.authority, name, { now, ...key })),
    );
  }
  const options = { now, hosts: flags.host, clientAuth: flags.client === true };
  return keyInItsPlace(files, kind, name, orFailure(await issueService(files.authority, name, options)));
}

/** Records what will be signed. What cannot be signed for want of the authority's key is not recorded. */
async function recordSigning(
  files: DataFiles,
  time: Time,
  event: "certificate.issued" | "certificate.renewed",
  kind: Kind,
  name: string,
): Promise<object | Failure> {
  const issuer = orFailure(loadIssuer(files.authority, branchOf(kind)));
  return isFailure(issuer) ? issuer : recordInFolder(files, time, event, `${kind} ${name}`);
}

function renewCommand(time: Time): Command {
  return subcommand("renew", "replace a certificate by a new one with the same names")
    .addArgument(kindArgument())
    .argument("<name>", "common name")
    .option("--host <host>", "host name or address that the service gets besides; repeatable", collect, [])
    .option("--keep-key", "keep the key pair: for a tag whose key cannot be exchanged")
    .addHelpText("after", examples("certs renew tag mimi --keep-key", "certs renew service bridge"))
    .action(async (kind: Kind, name: string, flags: CertFlags) => {
      const files = dataFiles(flags.data);
      const options = { now: utcDate(time), hosts: flags.host, keepKey: flags.keepKey === true };
      const recorded = await recordSigning(files, time, "certificate.renewed", kind, name);
      if (isFailure(recorded)) return reportFailure(recorded);
      const renewed = orFailure(await renew(files.authority, kind, name, options));
      report(keyInItsPlace(files, kind, name, renewed), flags);
    });
}

function revokeCommand(time: Time): Command {
  return subcommand(
    "revoke",
    "put certificates on the revocation list, which the bridge reads again by itself",
  )
    .argument("<subject>", "a serial number, or a common name for all its certificates")
    .addHelpText("after", examples("certs revoke mimi", "certs revoke 01A5FE2C..."))
    .action(async (subject: string, flags: CertFlags) => {
      const files = dataFiles(flags.data);
      const recorded = await recordInFolder(files, time, "certificate.revoked", subject);
      if (isFailure(recorded)) return reportFailure(recorded);
      const revocation = orFailure(revoke(files.authority, subject, utcDate(time)));
      if (isFailure(revocation)) reportFailure(revocation);
      else for (const certificate of revocation.revoked) print({ revoked: true, ...certificate }, flags);
    });
}

function listCommand(time: Time): Command {
  return subcommand("list", "list the certificates that were issued")
    .addHelpText("after", examples("certs list", "certs list --json | jq -r .serial"))
    .action((flags: CertFlags) => {
      const { authority, certs } = dataFiles(flags.data);
      const known = existsSync(authority.authority);
      const issued = orFailure(known ? readIssued(certs) : refuse("no-authority", certs));
      if (isFailure(issued)) return reportFailure(issued);
      for (const certificate of issued) print(certificate, flags, utcDate(time));
    });
}

/** The services that `start` runs read their keys from their secrets; a tag's key lies there until it is provisioned. */
function keyInItsPlace(
  files: DataFiles,
  kind: Kind,
  name: string,
  issued: Issued | Failure,
): Issued | Failure {
  if (isFailure(issued)) return issued;
  if (kind === "tag") {
    takeTagKey(files, name);
    return { ...issued, key: files.tagKey(name) };
  }
  if (!REGISTRY.services.some((service) => service.name === name)) return issued;
  takeServiceKey(files, name);
  return { ...issued, key: files.secret(name, "tls-key.pem") };
}

/** Prints what was issued, or why nothing was; says which. */
function report(issued: Issued | Failure, { json }: CertFlags): boolean {
  if (isFailure(issued)) {
    reportFailure(issued);
    return false;
  }
  const { commonName, serial, chain, key, notAfter, folder } = issued;
  if (json === true) console.log(JSON.stringify({ commonName, serial, notAfter, folder, chain, key }));
  else console.log(`${commonName}  ${serial}  until ${notAfter.toISOString()}  ${folder}`);
  return true;
}

function print(
  certificate: IssuedCertificate & { readonly revoked?: true },
  { json }: CertFlags,
  now?: Date,
): void {
  const { kind, commonName, serial, issuedAt, notAfter, revokedAt, revoked } = certificate;
  if (json === true) {
    console.log(JSON.stringify(certificate));
    return;
  }
  const state =
    revokedAt === undefined && revoked === undefined
      ? `from ${issuedAt} until ${notAfter}${mark(certificate, now)}`
      : `revoked ${revokedAt ?? "now"}`;
  console.log(`${kind.padEnd(7)}  ${commonName.padEnd(32)}  ${serial}  ${state}`);
}

/** What is wrong with the dates, if anything is. */
function mark({ issuedAt, notAfter }: IssuedCertificate, now: Date | undefined): string {
  if (now === undefined) return "";
  if (new Date(issuedAt) > now) return "  NOT YET VALID";
  return new Date(notAfter) < now ? "  ENDED" : "";
}
