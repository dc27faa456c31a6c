/** A message to one person, plain text. */
export interface Mail {
  /** Becomes the Message-ID, by which mail programs know a message that came twice. Letters and digits. */
  readonly id: string;
  readonly to: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

/** How a message was handed over. */
interface HandedOver {
  /** Of the connection to the mail server, such as "TLSv1.3"; undefined for a folder. */
  readonly tls?: string | undefined;
}

/** Port to whatever takes mail. */
export interface Mailer {
  /** Resolves when the message is in somebody else's care; rejects when it is not. The signal ends the try. */
  send(mail: Mail, signal?: AbortSignal): Promise<HandedOver>;
}

/** The header Message-ID of a message. */
export function messageId(id: string): string {
  return `<${id}@purrimeter.invalid>`;
}
