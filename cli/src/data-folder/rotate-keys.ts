import { SECRET_MODE, makeFolder, replaceFile } from "@purrimeter/certs/write-file";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DataFiles } from "./data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { writeToFiles } from "../terminal/line-log.ts";
import type { OperatorStore } from "./open-registry.ts";
import { lockRun } from "./run-lock.ts";

/** What became of one owner's key. */
export interface RotatedOwner {
  readonly owner: string;
  /** The newest version now. */
  readonly version: number;
  /** Sealing keys that were put under it. */
  readonly rewrapped: number;
}

/** All of a rotation. */
export interface RotatedKeys {
  readonly owners: number;
  readonly rewrapped: number;
  /** Whether this went on with a rotation that was broken off. */
  readonly resumed: boolean;
}

export interface RotateOptions {
  /** "all", or some owners. */
  readonly owners: "all" | readonly OwnerId[];
  readonly now: () => Date;
  /** Called after each owner; `done` of `total`. */
  readonly onOwner: (rotated: RotatedOwner, done: number, total: number) => void;
}

/** Which version every owner's key has to reach: written before the first is rotated, so that none is rotated twice. */
const planSchema = z.object({ targets: z.record(z.string(), z.int().min(1)) });
type Plan = z.infer<typeof planSchema>;

/**
 * Gives owners' keys a new version and puts their sealing keys under it. No sealed row changes, and what is read and
 * written meanwhile goes on: older versions still unwrap, and services read a changed row anew. One that was broken off
 * is finished by the next call, whichever owners that names.
 */
export async function rotateKeys(
  files: DataFiles,
  opened: OperatorStore,
  options: RotateOptions,
): Promise<RotatedKeys | Failure> {
  const lockFolder = join(files.run, "key-rotation");
  makeFolder(lockFolder);
  const lock = lockRun(lockFolder);
  if (isFailure(lock)) return failed("another rotation of keys runs; wait for its end");
  try {
    const former = readPlan(files);
    if (former !== undefined && isFailure(former)) return former;
    const plan = await planRotation(opened, options, former);
    if (isFailure(plan)) return plan;
    replaceFile(files.keyRotation, `${JSON.stringify(plan)}\n`, SECRET_MODE);
    const rotated = await carryOut(files, opened, plan, options);
    rmSync(files.keyRotation);
    return { ...rotated, resumed: former !== undefined };
  } finally {
    lock.release();
  }
}

function readPlan(files: DataFiles): Plan | Failure | undefined {
  if (!existsSync(files.keyRotation)) return undefined;
  try {
    return planSchema.parse(JSON.parse(readFileSync(files.keyRotation, "utf8")));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    return failed(`${files.keyRotation} is damaged; delete it and rotate again`);
  }
}

async function planRotation(
  { keyRing }: OperatorStore,
  { owners }: RotateOptions,
  former: Plan | undefined,
): Promise<Plan | Failure> {
  if (former !== undefined && owners === "all") return former;
  const targets: Record<string, number> = { ...former?.targets };
  for (const owner of owners === "all" ? await keyRing.owners() : owners) {
    const version = await keyRing.version(owner);
    if (version !== "unknown-owner") targets[owner] ??= version + 1;
    else if (owners !== "all") return failed(`the key ring has no key of ${owner}`);
  }
  return { targets };
}

async function carryOut(
  files: DataFiles,
  opened: OperatorStore,
  { targets }: Plan,
  { now, onOwner }: RotateOptions,
): Promise<{ owners: number; rewrapped: number }> {
  const writeLine = writeToFiles(files.log);
  const all = Object.entries(targets) as [OwnerId, number][];
  const sum = { owners: 0, rewrapped: 0 };
  for (const [done, [owner, target]] of all.entries()) {
    const rotated = await rotateOne(opened, owner, target);
    if (rotated === undefined) continue;
    writeLine("keys", JSON.stringify({ time: now().toISOString(), event: "owner-key.rotated", ...rotated }));
    onOwner(rotated, done + 1, all.length);
    sum.owners++;
    sum.rewrapped += rotated.rewrapped;
  }
  return sum;
}

/** undefined for an owner who was erased meanwhile. */
async function rotateOne(
  { store, keyRing }: OperatorStore,
  owner: OwnerId,
  target: number,
): Promise<RotatedOwner | undefined> {
  const version = await keyRing.version(owner);
  if (version === "unknown-owner") return undefined;
  if (version < target && (await keyRing.rotate(owner)) === "unknown-owner") return undefined;
  return { owner, version: Math.max(version, target), rewrapped: await store.rewrapKeys(owner) };
}
