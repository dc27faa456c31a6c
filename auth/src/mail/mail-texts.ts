import type { Mail } from "./mailer.ts";

/** What a message says, whoever it goes to. */
export type MailText = Pick<Mail, "subject" | "text">;

/** Paragraphs as one message. */
function textOf(...paragraphs: readonly string[]): string {
  return `${paragraphs.join("\n\n")}\n`;
}

/** A time as messages write it, to the minute. `atS`: seconds of UTC. */
export function writtenTime(atS: number): string {
  return `${new Date(atS * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Asks a new account's owner to confirm the address. */
export function verificationMail(link: string): MailText {
  return {
    subject: "Confirm your email address",
    text: textOf(
      "A Purrimeter account was created with this email address. To confirm the address, open this link within 24 hours:",
      link,
      "If you did not create the account, do not open the link: whoever created it chose the password. The account is deleted after some days unless the link is opened.",
    ),
  };
}

/** Tells the reader of an address whose account nobody has verified that somebody registered it again. */
export function registrationRepeatedMail(link: string, atS: number): MailText {
  return {
    subject: "Finish creating your account",
    text: textOf(
      `On ${writtenTime(atS)} someone asked for a Purrimeter account with this email address. An account with it was created before, but nobody has confirmed the address. To make the account yours with a new password, open this link within 30 minutes:`,
      link,
      "Whatever was set up before then no longer counts. If you did not request this, ignore this message: an account that nobody confirms is deleted after some days.",
    ),
  };
}

/** Tells an account's owner that somebody tried to register the address. */
export function accountExistsMail(atS: number): MailText {
  return {
    subject: "You already have an account",
    text: textOf(
      `On ${writtenTime(atS)} someone asked for a Purrimeter account with this email address, which already has one. Nothing was changed.`,
      "If this was you, log in, or reset your password if you forgot it. If not, ignore this message.",
    ),
  };
}

/** Carries the link that logs in. */
export function loginLinkMail(link: string, atS: number): MailText {
  return {
    subject: "Your link to log in",
    text: textOf(
      `On ${writtenTime(atS)} someone asked for a link to log in to your Purrimeter account. To log in, open it within 30 minutes. It works once, and a second factor is asked for if you have one:`,
      link,
      "If you did not request this, ignore this message, and give the link to nobody.",
    ),
  };
}

/** Carries the link that sets a new password. */
export function resetMail(link: string, atS: number): MailText {
  return {
    subject: "Reset your password",
    text: textOf(
      `A new password for your Purrimeter account was requested on ${writtenTime(atS)}. To set it, open this link within 30 minutes:`,
      link,
      "If you did not request this, ignore this message. Your password has not changed.",
    ),
  };
}

/** Carries the link that makes the address an account's. */
export function changeMail(link: string, atS: number): MailText {
  return {
    subject: "Confirm your new email address",
    text: textOf(
      `On ${writtenTime(atS)} the owner of a Purrimeter account asked to use this email address. To confirm the change, open this link within 24 hours:`,
      link,
      "If you did not request this, ignore this message. Nothing changes unless the link is opened.",
    ),
  };
}

/** Tells the owner of an address that somebody asked to use it for another account. */
export function addressInUseMail(atS: number): MailText {
  return {
    subject: "This email address is already in use",
    text: textOf(
      `On ${writtenTime(atS)} someone asked to use this email address for a Purrimeter account. The address already has an account, so nothing was changed.`,
      "If this was you, log in with this address, or delete its account before you ask again. If not, ignore this message.",
    ),
  };
}

/** Goes to the address that an account had until now. */
export function addressChangedMail(atS: number): MailText {
  return {
    subject: "The email address of your account was changed",
    text: textOf(
      `The email address of your Purrimeter account was changed on ${writtenTime(atS)}. Messages about the account no longer go to this address.`,
      "If you did not change it, someone else knows your password and has access to the account. Contact the operator of the service at once.",
    ),
  };
}

/** Tells an owner that somebody sees where a tag is from now on. */
export function letInMail(tag: string, atS: number): MailText {
  return {
    subject: "Somebody accepted your invitation",
    text: textOf(
      `On ${writtenTime(atS)} somebody accepted an invitation of yours and can see from now on where your tag ${tag} is.`,
      "The list of shares of the tag shows who looks, and ends a share at once. If you invited nobody, remove the share, change your password and check the sessions of your account.",
    ),
  };
}

/** Tells an owner that somebody wants to take a tag over. */
export function takeOverMail(tag: string, atS: number): MailText {
  return {
    subject: "Somebody wants to take over a tag of yours",
    text: textOf(
      `On ${writtenTime(atS)} somebody accepted your offer to hand over the tag ${tag}. It stays yours until you confirm with the number that the other person is shown.`,
      "If you offered it to nobody, cancel the offer, change your password and check the sessions of your account.",
    ),
  };
}

/** The last message of an account. */
export function accountDeletedMail(atS: number): MailText {
  return {
    subject: "Your account was deleted",
    text: textOf(
      `Your account was deleted on ${writtenTime(atS)}, with the locations of your tags, your geofences and everything you shared. This cannot be undone.`,
      "If you did not request this, someone else knows your password. Change it wherever else you use it.",
    ),
  };
}
