import type { AlarmRule } from "./alarm-rule.ts";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** What tags do, and who has their keys. */
export const TAG_RULES: readonly AlarmRule[] = [
  {
    name: "tag-in-two-places",
    event: "tag.second-session",
    key: "tag",
    windowS: 10 * MINUTE_S,
    threshold: 10,
    severity: "warning",
    quietS: DAY_S,
    says: "Sessions of one tag end each other: its key may have been copied.",
  },
  {
    name: "tag-under-another-name",
    event: "tag.other-name",
    key: "tag",
    windowS: HOUR_S,
    threshold: 1,
    severity: "critical",
    quietS: DAY_S,
    says: "A tag's certificate was used under the name of another tag, or to write or read another tag's topics.",
  },
  {
    name: "revoked-certificate",
    event: "certificate.revoked",
    key: "tag",
    windowS: HOUR_S,
    threshold: 1,
    severity: "warning",
    quietS: 7 * DAY_S,
    says: "A tag or a certificate that was revoked tried to connect.",
  },
  {
    name: "clock-spoofing",
    event: "clock.doubted",
    key: "tag",
    windowS: HOUR_S,
    threshold: 20,
    severity: "warning",
    quietS: DAY_S,
    says: "A tag's entries have times that cannot be: its receiver may be deceived.",
  },
  {
    name: "position-spoofing",
    event: "place.doubted",
    key: "tag",
    windowS: HOUR_S,
    threshold: 20,
    severity: "warning",
    quietS: DAY_S,
    says: "A tag's fixes are where it cannot have come to: its receiver may be deceived, or somebody else has its key.",
  },
  {
    name: "tag-quota",
    event: "quota.tag",
    key: "tag",
    windowS: HOUR_S,
    threshold: 1,
    severity: "warning",
    quietS: DAY_S,
    says: "A tag sends more than it may have stored: it is broken, or somebody else has its key.",
  },
];
