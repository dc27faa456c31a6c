import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { beforeEach, expect, test } from "vitest";
import { MailRejectedError, type Mail, type Mailer } from "./mailer.ts";
import { MailQueue } from "./mail-queue.ts";

let time: ManualTime;
let sent: string[];
let tries: number;
let lines: string[];

beforeEach(() => {
  time = new ManualTime();
  [sent, tries, lines] = [[], 0, []];
});

function queueWith(send: Mailer["send"]): MailQueue {
  const log = createLog("auth", { write: (line: string) => void lines.push(line) });
  return new MailQueue({ mailer: { send }, log, time });
}

const mailTo = (to: string) => (): Promise<Mail> =>
  Promise.resolve({ to: to as Mail["to"], subject: "s", text: "t" });

/** Lets all that is ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Fails as often as that, and then sends. */
function failing(times: number): Mailer["send"] {
  return ({ to }) => {
    tries += 1;
    if (tries <= times) return Promise.reject(new Error("451 try again later"));
    sent.push(to);
    return Promise.resolve();
  };
}

test("a message that failed is tried again, later each time", async () => {
  const queue = queueWith(failing(4));
  queue.post("mia", mailTo("mia@example.org"));
  await settle();
  for (const [index, waitMs] of [5_000, 30_000, 180_000, 900_000].entries()) {
    expect([tries, sent]).toEqual([index + 1, []]);
    time.advance(waitMs);
    await settle();
  }
  expect(sent).toEqual(["mia@example.org"]);
  expect(lines.filter((line) => line.includes("mail.failed"))).toEqual([]);
});

test("each message has an id, which it keeps at every try", async () => {
  const ids: string[] = [];
  const queue = queueWith((_, id) => {
    ids.push(id);
    return ids.length < 3 ? Promise.reject(new Error("down")) : Promise.resolve();
  });
  queue.post("mia", mailTo("mia@example.org"));
  for (const waitMs of [5_000, 30_000]) {
    await settle();
    time.advance(waitMs);
  }
  await settle();
  queue.post("mia", mailTo("mia@example.org"));
  await settle();
  const [first, second, third, other] = ids;
  expect([second, third]).toEqual([first, first]);
  expect(other).not.toBe(first);
  for (const id of ids) expect(id).toMatch(/^[a-z2-7]{26}$/u);
});

test("one that the mail server refuses for good is not tried again", async () => {
  const queue = queueWith(() => {
    tries += 1;
    return Promise.reject(new MailRejectedError("no such mailbox"));
  });
  queue.post("mia", mailTo("mia@example.org"));
  await settle();
  time.advance(900_000);
  await settle();
  expect(tries).toBe(1);
  expect(lines).toEqual([expect.stringContaining('"event":"mail.failed","code":"MAIL_REJECTED"')]);
});

test("it is given up after a few tries, and the log says so without the address", async () => {
  const queue = queueWith(failing(99));
  queue.post("mia", mailTo("mia@example.org"));
  for (let wait = 0; wait < 9; wait++) {
    await settle();
    time.advance(900_000);
  }
  await queue.flush();
  expect(tries).toBe(5);
  expect(lines.filter((line) => line.includes("mail.failed"))).toHaveLength(1);
  expect(lines.join("")).not.toContain("mia");
});

test("at the end it is tried once more and no longer", async () => {
  const queue = queueWith(failing(99));
  queue.post("mia", mailTo("mia@example.org"));
  await settle();
  await queue.flush();
  expect(tries).toBe(2);
});

test("messages of one account drop no others' while the mail server hangs", async () => {
  let release = (): void => undefined;
  const hanging = new Promise<void>((resolve) => (release = resolve));
  const queue = queueWith(({ to }) => hanging.then(() => void sent.push(to)));
  for (let i = 0; i < 300; i++) queue.post("eve", mailTo("eve@example.org"));
  for (let i = 0; i < 300; i++) queue.post(`owner${i}`, mailTo(`owner${i}@example.org`));
  release();
  await queue.flush();
  expect(sent.filter((to) => to === "eve@example.org")).toHaveLength(5);
  expect(sent).toHaveLength(305);
  expect(lines.filter((line) => line.includes("mail.dropped"))).toHaveLength(295);
});

/** A server that answers when it is told to; how many messages it has at once. */
function slowServer() {
  const [waiting, peaks]: [(() => void)[], number[]] = [[], []];
  const send: Mailer["send"] = ({ to }) =>
    new Promise((resolve) => {
      waiting.push(() => resolve(void sent.push(to)));
      peaks.push(waiting.length);
    });
  return { send, waiting, peak: () => Math.max(...peaks) };
}

test("messages go to a slow server side by side, eight at once and no more", async () => {
  const server = slowServer();
  const queue = queueWith(server.send);
  for (let i = 0; i < 100; i++) queue.post(`owner${i}`, mailTo(`owner${i}@example.org`));
  await settle();
  expect(server.waiting).toHaveLength(8);
  while (sent.length < 100) {
    server.waiting.shift()?.();
    await settle();
  }
  expect([server.peak(), new Set(sent).size]).toEqual([8, 100]);
});

test("a server that takes messages and never answers holds up others for half a minute, not for good", async () => {
  let calls = 0;
  const queue = queueWith(({ to }) =>
    ++calls <= 8 ? new Promise(() => undefined) : Promise.resolve(void sent.push(to)),
  );
  for (let i = 0; i < 10; i++) queue.post(`owner${i}`, mailTo(`owner${i}@example.org`));
  await settle();
  expect(sent).toEqual([]);
  time.advance(30_000);
  await settle();
  expect(sent).toEqual(["owner8@example.org", "owner9@example.org"]);
  time.advance(5_000);
  await settle();
  expect(sent).toHaveLength(10);
  expect(time.pending).toBe(0);
});

test("an end does not wait for a server that hangs, and says how many messages are left", async () => {
  const queue = queueWith(() => new Promise(() => undefined));
  for (let i = 0; i < 10; i++) queue.post(`owner${i}`, mailTo(`owner${i}@example.org`));
  await settle();
  const flushed = queue.flush();
  await settle();
  time.advance(6_000);
  await flushed;
  expect(lines.filter((line) => line.includes("mail.left"))).toEqual([expect.stringContaining('"count":10')]);
});

test("an end sends what waits for a connection", async () => {
  const server = slowServer();
  const queue = queueWith(server.send);
  for (let i = 0; i < 20; i++) queue.post(`owner${i}`, mailTo(`owner${i}@example.org`));
  await settle();
  const flushed = queue.flush();
  while (sent.length < 20) {
    server.waiting.shift()?.();
    await settle();
  }
  await flushed;
  expect(lines).toEqual([]);
});
