import {
  Aedes,
  type AedesOptions,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from "aedes";
import { writeToStream } from "mqtt-packet";
import { MAX_KEEP_ALIVE_S, MAX_SMALL_MESSAGE_BYTES } from "@purrimeter/protocol/limits";
import { DOWNLINK_CHANNELS, parseTopic, topicOf, type Channel } from "@purrimeter/protocol/topics";
import { isWhole, type TagId } from "@purrimeter/protocol/values";
import type { BridgeLimits } from "./bridge-limits.ts";
import { ExactTopics } from "./exact-topics.ts";
import { GuardedConnection } from "./guarded-connection.ts";
import type { Admission } from "./report-source.ts";
import type { SecurityEvent } from "./security-event.ts";

/** Return codes of CONNACK, MQTT 3.1.1, 3.2.2.3. */
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;

/** What the rules ask of the rest of the bridge. */
export interface BrokerRulesHost {
  readonly limits: BridgeLimits;
  admit(tag: TagId): Promise<Admission>;
  hasSession(tag: TagId): boolean;
  status(tag: TagId, bytes: Uint8Array): Promise<void>;
  violated(connection: GuardedConnection, event: SecurityEvent): void;
}

/** The connection behind a client of the broker. */
export function connectionBehind(client: Client): GuardedConnection {
  if (!(client.conn instanceof GuardedConnection))
    throw new Error("only guarded connections are given to the broker");
  return client.conn;
}

/** Whether a tag may leave or send this message: its own status, small, at most QoS 1, not retained. */
function isOwnStatus(
  tag: TagId,
  { topic, qos, retain, payload }: Pick<PublishPacket, "topic" | "qos" | "retain" | "payload">,
): boolean {
  return topic === topicOf(tag, "status") && qos < 2 && !retain && payload.length <= MAX_SMALL_MESSAGE_BYTES;
}

/** What is wrong with a CONNECT, or undefined. User name and password are ignored: the certificate says who it is. */
function connectFault(tag: TagId, { keepalive, will }: ConnectPacket): SecurityEvent | undefined {
  if (!isWhole(keepalive ?? 0, 1, MAX_KEEP_ALIVE_S)) return "bad-keep-alive";
  if (will === undefined) return undefined;
  const { topic, payload, qos = 0, retain = false } = will;
  return isOwnStatus(tag, { topic, payload, qos, retain }) ? undefined : "bad-will";
}

function refusal(reason: SecurityEvent | "unavailable"): AuthenticateError {
  return Object.assign(new Error(reason), { returnCode: returnCodeOf(reason) });
}

function returnCodeOf(reason: SecurityEvent | "unavailable"): number {
  if (reason === "unavailable") return SERVER_UNAVAILABLE;
  return reason === "client-id-mismatch" ? IDENTIFIER_REJECTED : NOT_AUTHORIZED;
}

function admissionFault(admission: Admission): SecurityEvent | "unavailable" | undefined {
  switch (admission) {
    case "admitted":
      return undefined;
    case "unavailable":
      return "unavailable";
    case "unknown":
      return "unknown-tag";
    case "revoked":
      return "revoked-tag";
  }
}

/** Why the connection gets no session, or undefined. `known` was found out before; every violation is recorded. */
async function whyRefused(
  host: BrokerRulesHost,
  connection: GuardedConnection,
  known: SecurityEvent | undefined,
): Promise<SecurityEvent | "unavailable" | undefined> {
  const { tag } = connection;
  const reason = known ?? admissionFault(await host.admit(tag));
  if (reason === undefined && host.hasSession(tag)) host.violated(connection, "second-session");
  if (reason !== undefined && reason !== "unavailable") host.violated(connection, reason);
  return reason;
}

/** The channel that a tag may subscribe to with this filter: its own, whole, at QoS 0 or 1. */
function subscribable(tag: TagId, { topic, qos }: Subscription): Channel | undefined {
  const named = qos > 1 ? undefined : parseTopic(topic);
  return named?.tag === tag && DOWNLINK_CHANNELS.includes(named.channel) ? named.channel : undefined;
}

/** Aedes with everything off that a tag does not need, and these rules: a tag has its own five topics. */
export async function createTagBroker(host: BrokerRulesHost): Promise<Aedes> {
  // Aedes' packet writer would keep a buffer for each of 65,536 message ids: 7 MiB, for packets that are rare here.
  writeToStream.cacheNumbers = false;
  const faults = new WeakMap<Client, SecurityEvent>();
  const options: AedesOptions = {
    mq: new ExactTopics(),
    // The sweep ends a late connection and says so; this timer of the broker only comes after it.
    connectTimeout: host.limits.connectTimeoutMs + 10_000,
    drainTimeout: host.limits.drainTimeoutMs,
    queueLimit: 1,
    maxTopicLevels: 8,
    maxInflightInbound: 1,
    preConnect: (client, packet, done) => {
      const { tag } = connectionBehind(client);
      const fault = connectFault(tag, packet);
      if (fault !== undefined) faults.set(client, fault);
      connectionBehind(client).keepAliveS = packet.keepalive ?? 0;
      // Sessions are not kept: settings are sent again and reports are acknowledged by number. No timer a client.
      packet.clean = true;
      packet.keepalive = 0;
      done(null, true);
    },
    authenticate: (client, _user, _password, done) => {
      const connection = connectionBehind(client);
      const mismatch = client.id === connection.tag ? undefined : "client-id-mismatch";
      void whyRefused(host, connection, faults.get(client) ?? mismatch).then((reason) => {
        if (reason === undefined) done(null, true);
        else done(refusal(reason), false);
      });
    },
    authorizePublish: (client, packet, done) => {
      if (client === null) return done(null);
      const connection = connectionBehind(client);
      if (isOwnStatus(connection.tag, packet)) {
        void host.status(connection.tag, Buffer.from(packet.payload)).then(() => done(null));
        return;
      }
      host.violated(connection, "forbidden-publish");
      done(new Error("forbidden-publish"));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const connection = connectionBehind(client);
      if (subscribable(connection.tag, subscription) !== undefined) return done(null, subscription);
      host.violated(connection, "forbidden-subscription");
      done(null, null);
    },
  };
  return Aedes.createBroker(options);
}
