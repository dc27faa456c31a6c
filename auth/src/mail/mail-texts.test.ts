import { describe, expect, test } from "vitest";
import {
  DEFAULT_MAIL_PREFERENCES,
  MAIL_MESSAGES,
  mailText,
  writtenTime,
  type MailName,
} from "./mail-texts.ts";
import { noticeOf } from "./notices.ts";

/** 2026-03-29 01:30 UTC: within the hour that Central European clocks skip. */
const AT_S = 1_774_747_800;
const LINK = "https://web.test/#what=token";
const VALUES = { atS: AT_S, link: LINK, tag: "cat-1" };
const NAMES = Object.keys(MAIL_MESSAGES.en.mails) as MailName[];
const LINKED = NAMES.filter((name) => MAIL_MESSAGES.en.mails[name].paragraphs.includes("{link}"));
const GERMAN = { language: "de", timeZone: "Europe/Berlin" } as const;

const english = (name: MailName) => mailText(name, DEFAULT_MAIL_PREFERENCES, VALUES);
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/gu)].map(String).sort();

test("times are written in UTC, to the minute, unless the account has another zone", () => {
  expect(writtenTime(AT_S)).toBe("2026-03-29 01:30 UTC");
  expect(writtenTime(AT_S + 59)).toBe("2026-03-29 01:30 UTC");
  expect(writtenTime(AT_S, { language: "en", timeZone: "Asia/Kathmandu" })).toBe(
    "2026-03-29 07:15 (Asia/Kathmandu)",
  );
  expect(writtenTime(AT_S, GERMAN)).toBe("29.03.2026 um 03:30 Uhr (Europe/Berlin)");
  expect(writtenTime(AT_S - 1_860, GERMAN), "before the clocks go forward").toBe(
    "29.03.2026 um 01:59 Uhr (Europe/Berlin)",
  );
  expect(writtenTime(AT_S, { language: "de", timeZone: "UTC" })).toBe("29.03.2026 um 01:30 Uhr UTC");
  expect(writtenTime(AT_S, { language: "en", timeZone: "No/Where" })).toBe("2026-03-29 01:30 UTC");
});

describe("a message", () => {
  test.each(NAMES)("%s is one line, and paragraphs that end with what to do", (name) => {
    const { subject, text } = english(name);
    expect(subject).toMatch(/^[ -~]{10,60}$/);
    expect(text).toMatch(/^[ -~\n]{80,}\n$/);
    expect(text).toMatch(/If (this was|you |not)/);
    expect(text).not.toMatch(/[{}]/u);
  });

  test.each(NAMES)("%s is in German too, with the same values", (name) => {
    const { subject, text } = mailText(name, GERMAN, VALUES);
    expect(subject).toMatch(/^[ -~äöüÄÖÜß]{10,70}$/u);
    expect([subject, text]).not.toContain(english(name).subject);
    expect(text).not.toMatch(/[{}]| (you|your|the) /u);
    expect(text).toMatch(/Wenn (du|nicht)/u);
    const [en, de] = [MAIL_MESSAGES.en.mails[name], MAIL_MESSAGES.de.mails[name]];
    expect(de.paragraphs.map(placeholders)).toEqual(en.paragraphs.map(placeholders));
  });

  test("has the same names in each language", () => {
    expect(Object.keys(MAIL_MESSAGES.de.mails)).toEqual(NAMES);
  });

  test.each(NAMES.filter((name) => name !== "verification"))(
    "%s says when, in the account's zone",
    (name) => {
      expect(english(name).text).toContain("2026-03-29 01:30 UTC");
      expect(mailText(name, GERMAN, VALUES).text).toContain("29.03.2026 um 03:30 Uhr (Europe/Berlin)");
    },
  );

  test("has its link on a line of its own", () => {
    expect(LINKED).toEqual(["verification", "registration-repeated", "login-link", "reset", "change"]);
    for (const name of LINKED)
      for (const { text } of [english(name), mailText(name, GERMAN, VALUES)])
        expect(text.split("\n")).toContain(LINK);
  });

  test("takes what is filled in as it is", () => {
    expect(
      mailText("share.accepted", DEFAULT_MAIL_PREFERENCES, { ...VALUES, tag: "{link}" }).text,
    ).not.toContain(LINK);
  });
});

test("events that owners need not hear of make no message", () => {
  for (const event of ["login.accepted", "login.refused", "audit.read"] as const)
    expect(noticeOf(event)).toBeUndefined();
  expect(noticeOf("password.changed")).toBe("password.changed");
});
