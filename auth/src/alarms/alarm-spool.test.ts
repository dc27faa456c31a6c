import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AlarmSpool } from "./alarm-spool.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-spool-"));
  path = join(folder, "alarms");
});
afterEach(() => rmSync(folder, { recursive: true }));

let made = 0;

function raise(to = path): string {
  const id = `a${++made}`;
  const line = {
    id,
    at: 1,
    process: "bridge",
    rule: "tag-quota",
    severity: "warning",
    more: 0,
    tag: "cat-1",
  };
  appendFileSync(to, `${JSON.stringify(line)}\n`);
  return id;
}

const idsOf = (spool: AlarmSpool): string[] => spool.take().alarms.map(({ id }) => id);

test("each alarm is taken once and in order, also over a restart", () => {
  const spool = new AlarmSpool(path);
  expect(idsOf(spool)).toEqual([]);
  const first = [raise(), raise()];
  expect(idsOf(spool)).toEqual(first);
  expect(idsOf(spool)).toEqual([]);
  const later = raise();
  expect(idsOf(new AlarmSpool(path))).toEqual([later]);
});

test("a line that is being written is taken when it is whole", () => {
  const spool = new AlarmSpool(path);
  const id = raise();
  const line = readFileSync(path, "utf8");
  writeFileSync(path, line.slice(0, 20));
  expect(idsOf(spool)).toEqual([]);
  appendFileSync(path, line.slice(20));
  expect(idsOf(spool)).toEqual([id]);
});

test("what is no alarm is counted, and what follows it is taken", () => {
  const spool = new AlarmSpool(path);
  appendFileSync(path, 'cut{"id":\n{"id":"x","more":-1}\n');
  const id = raise();
  const { alarms, unreadable } = spool.take();
  expect([alarms.map((alarm) => alarm.id), unreadable]).toEqual([[id], 2]);
});

test("a file without an end of line does not stop it", () => {
  const spool = new AlarmSpool(path);
  appendFileSync(path, "x".repeat(200_000));
  appendFileSync(path, "\n");
  const id = raise();
  const taken = Array.from({ length: 5 }, () => idsOf(spool)).flat();
  expect(taken).toEqual([id]);
});

test("a large spool is put aside when all of it was taken, and nothing that is written meanwhile is lost", () => {
  const spool = new AlarmSpool(path);
  const ids: string[] = [];
  const taken: string[] = [];
  for (let i = 0; i < 3_000; i++) {
    ids.push(raise());
    if (i % 200 === 0) taken.push(...idsOf(spool));
  }
  for (let i = 0; i < 20; i++) taken.push(...idsOf(spool));
  expect(existsSync(path)).toBe(false);
  // A process that had opened the file before it was put aside.
  ids.push(raise(`${path}.former`));
  ids.push(raise());
  for (let i = 0; i < 20; i++) taken.push(...idsOf(spool));
  expect(taken).toEqual(ids);
  expect(existsSync(`${path}.former`)).toBe(false);
});

test("the day of the last digest is kept beside the place", () => {
  const spool = new AlarmSpool(path);
  expect(spool.digestDay).toBeUndefined();
  raise();
  spool.take();
  spool.digestDay = 20_000;
  const again = new AlarmSpool(path);
  expect([again.digestDay, idsOf(again)]).toEqual([20_000, []]);
});
