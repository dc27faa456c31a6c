import { createHash } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { MAX_ALERT_CHANNELS } from "@purrimeter/store/alert-channel";
import type { AlertChannel, AlertEndpoint } from "@purrimeter/store/alert-channel";
import { ACCOUNT_MAIL, type AlertChannelId } from "@purrimeter/store/alert-rule";
import type { ChannelOutcome, ProofOutcome } from "@purrimeter/store/alerts-view";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { Dependencies, Env } from "../dependencies.ts";
import { spend } from "../edge/spend.ts";
import { refuse } from "../edge/problem.ts";
import { orNotFound } from "../lists/or-not-found.ts";
import { alertBody } from "./alert-body.ts";
import { alertReader } from "./alert-reader.ts";
import { accountMailBody, channelBody, endpointOf, keyedChannelBody } from "./channel-body.ts";
import * as documents from "./channel-documents.ts";
import type { EndpointDraft } from "./channel-schema.ts";
import { refusalOfUrl } from "./endpoint-address.ts";

/** Throws a problem for an endpoint to which nothing is sent, whoever asks. */
function checkUrl(endpoint: EndpointDraft, deps: Dependencies): void {
  if (endpoint.kind === "email") return;
  const message = refusalOfUrl(endpoint.url, deps.alerts.destinations);
  if (message !== undefined) throw refuse("invalid-request", message, [{ field: "endpoint.url", message }]);
}

/** Counts what is sent to one endpoint at whoever's wish: a code or a test is a message that its reader may not want. */
function spendOn(endpoint: AlertEndpoint, { alerts }: Dependencies): void {
  const address = endpoint.kind === "email" ? endpoint.address : endpoint.url;
  spend(alerts.endpointRates, createHash("sha256").update(address).digest("base64"));
}

function made(outcome: ChannelOutcome): AlertChannel {
  if (outcome.kind === "made") return outcome.channel;
  const message = `An account has at most ${MAX_ALERT_CHANNELS} channels.`;
  throw refuse("conflict", message, [{ field: "body", message, limit: MAX_ALERT_CHANNELS }]);
}

function wrongProof(): Error {
  const message = "This code is wrong, was replaced, or has expired. Another one can be sent.";
  return refuse("invalid-request", message, [{ field: "code", message }]);
}

function provedAlready(): Error {
  return refuse("already-proved", "This channel is proved already.");
}

function proved(outcome: ProofOutcome): AlertChannel {
  if (outcome === "wrong-code") throw wrongProof();
  if (outcome === "proved-already") throw provedAlready();
  return orNotFound(outcome);
}

/** Throws a problem when no channel of the account has that id. */
async function channelOf(c: Context<Env>, id: AlertChannelId): Promise<AlertChannel> {
  const channels = await c.get("view").alertChannels();
  return orNotFound(channels.find((channel) => channel.id === id) ?? "not-found");
}

/** Another code to an endpoint that has not shown to be the account's. */
async function sendProof(c: Context<Env>, id: AlertChannelId, deps: Dependencies): Promise<void> {
  const { endpoint } = await channelOf(c, id);
  if (endpoint !== undefined) spendOn(endpoint, deps);
  if (orNotFound(await c.get("view").sendProofAgain(id)) === "proved-already") throw provedAlready();
}

/** Counts a change to the account's channels. */
function count({ alerts }: Dependencies, c: Context<Env>): void {
  spend(alerts.channelRates, c.get("owner"));
}

/** /v1/alert-channels. */
export function alertChannelRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(documents.listRoute, async (c) => {
      const channels = await c.get("view").alertChannels();
      const mail = accountMailBody(c.get("identity").isMailVerified);
      return c.json({ items: [mail, ...channels.map(channelBody)], next: null }, 200);
    })
    .openapi(documents.makeChannelRoute, async (c) => {
      const { name, endpoint: draft } = c.req.valid("json");
      checkUrl(draft, deps);
      count(deps, c);
      const endpoint = endpointOf(draft);
      spendOn(endpoint, deps);
      const channel = made(await c.get("view").addAlertChannel({ name, endpoint }));
      deps.logAct("alert-channel.added");
      return c.json(keyedChannelBody(channel), 201);
    })
    .openapi(documents.pushKeyRoute, async (c) => {
      const key = await deps.alerts.pushKey();
      if (key === undefined) throw refuse("unavailable", "The service that sends messages does not answer.");
      return c.json({ key }, 200);
    })
    .openapi(documents.readChannelRoute, async (c) => {
      const { id } = c.req.valid("param");
      const isMail = id === ACCOUNT_MAIL;
      const { isMailVerified } = c.get("identity");
      return c.json(isMail ? accountMailBody(isMailVerified) : channelBody(await channelOf(c, id)), 200);
    })
    .openapi(documents.deleteRoute, async (c) => {
      count(deps, c);
      orNotFound(await c.get("view").removeAlertChannel(c.req.valid("param").id));
      deps.logAct("alert-channel.removed");
      return c.body(null, 204);
    });
}

/** What is done with one of them: /v1/alert-channels/{id}/.... */
export function alertChannelActRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(documents.proveRoute, async (c) => {
      count(deps, c);
      const { code } = c.req.valid("json");
      const channel = proved(await c.get("view").proveAlertChannel(c.req.valid("param").id, code));
      deps.logAct("alert-channel.proved");
      return c.json(channelBody(channel), 200);
    })
    .openapi(documents.proofRoute, async (c) => {
      count(deps, c);
      await sendProof(c, c.req.valid("param").id, deps);
      return c.body(null, 202);
    })
    .openapi(documents.resumeRoute, async (c) => {
      count(deps, c);
      const channel = orNotFound(await c.get("view").resumeAlertChannel(c.req.valid("param").id));
      return c.json(channelBody(channel), 200);
    })
    .openapi(documents.rotateRoute, async (c) => {
      count(deps, c);
      const channel = orNotFound(await c.get("view").rotateWebhook(c.req.valid("param").id));
      deps.logAct("alert-channel.rotated");
      return c.json(keyedChannelBody(channel), 200);
    })
    .openapi(documents.testRoute, async (c) => {
      count(deps, c);
      const alert = await c.get("view").testAlertChannel(c.req.valid("param").id);
      if (alert === "not-proved")
        throw refuse("conflict", "This channel is not proved, is paused or is gone.");
      const found = orNotFound(alert);
      const body = alertBody(found, await alertReader([found], c));
      return c.json(body, 202, { Location: `/v1/alerts/${found.id}` });
    });
}
