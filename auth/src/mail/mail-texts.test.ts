import { describe, expect, test } from "vitest";
import type { AuditEventName } from "../audit/audit-event.ts";
import {
  accountDeletedMail,
  addressChangedMail,
  addressInUseMail,
  changeMail,
  resetMail,
  verificationMail,
  writtenTime,
} from "./mail-texts.ts";
import { noticeOf } from "./notices.ts";

/** 2026-03-29 01:30 UTC: within the hour that Central European clocks skip. */
const AT_S = 1_774_747_800;
const LINK = "https://web.test/#what=token";

const NOTIFIED: readonly AuditEventName[] = [
  "account.throttled",
  "mail.change-requested",
  "password.changed",
  "password.reset",
  "personal-token.made",
  "recovery-code.used",
  "recovery-codes.made",
  "roles.changed",
  "second-factor.added",
  "second-factor.removed",
  "session.reused",
];

test("times are written in UTC, to the minute", () => {
  expect(writtenTime(AT_S)).toBe("2026-03-29 01:30 UTC");
  expect(writtenTime(AT_S + 59)).toBe("2026-03-29 01:30 UTC");
});

describe("a message", () => {
  test.each([
    verificationMail(LINK),
    resetMail(LINK, AT_S),
    changeMail(LINK, AT_S),
    addressInUseMail(AT_S),
    addressChangedMail(AT_S),
    accountDeletedMail(AT_S),
    ...NOTIFIED.map((event) => noticeOf({ event }, AT_S) ?? { subject: "", text: "" }),
  ])("$subject", ({ subject, text }) => {
    expect(subject).toMatch(/^[ -~]{10,60}$/);
    expect(text).toMatch(/^[ -~\n]{80,}\n$/);
    expect(text).toMatch(/\n\nIf (this was|you did) /);
  });

  test.each([resetMail(LINK, AT_S), changeMail(LINK, AT_S), addressChangedMail(AT_S)])(
    "$subject says when",
    ({ text }) => {
      expect(text).toContain("2026-03-29 01:30 UTC");
    },
  );

  test.each([verificationMail(LINK), resetMail(LINK, AT_S), changeMail(LINK, AT_S)])(
    "$subject has its link on a line of its own",
    ({ text }) => {
      expect(text.split("\n")).toContain(LINK);
    },
  );
});

test("events that owners need not hear of make no message", () => {
  for (const event of ["login.accepted", "login.refused", "audit.read"] as const)
    expect(noticeOf({ event }, AT_S)).toBeUndefined();
});
