import type { AttemptResult, Endpoint, Message } from "../attempt.ts";

/** Endpoint of a kind. */
type EndpointOf<Kind extends Endpoint["kind"]> = Extract<Endpoint, { readonly kind: Kind }>;

/** One message to one endpoint of a kind. */
interface Sending<Kind extends Endpoint["kind"]> {
  /** The same at each attempt. */
  readonly id: string;
  readonly endpoint: EndpointOf<Kind>;
  readonly message: Message;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** Makes one attempt. Rejects only for a fault of ours. */
export type Channel<Kind extends Endpoint["kind"]> = (sending: Sending<Kind>) => Promise<AttemptResult>;

/** A way for each kind of endpoint. */
export type Channels = { readonly [Kind in Endpoint["kind"]]: Channel<Kind> };

/** Header of messages by which a receiver knows one that came before. Standard Webhooks has its own. */
export const MESSAGE_ID = "x-message-id";
