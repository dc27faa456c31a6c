import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** What a token may do: capabilities by path, "*" at the end for what begins so, "+" for one segment. */
export type Policy = Readonly<Record<string, readonly Capability[]>>;
export type Capability = "create" | "read" | "update" | "delete" | "list";

interface Role {
  readonly name: string;
  readonly roleId: string;
  readonly secretId: string;
  readonly jwt: string;
  readonly policy: Policy;
  readonly ttlS: number;
  readonly maxTtlS: number;
  readonly renewable: boolean;
}

interface Token {
  readonly role: Role;
  readonly bornMs: number;
  endsMs: number;
}

interface TransitKey {
  readonly versions: Buffer[];
  deletionAllowed: boolean;
}

interface Answer {
  readonly status: number;
  readonly body?: object;
}

/** What a request meets: passes it on when it is undefined. */
export type Mishap = "drop" | "hang" | "cut" | "nonsense" | "huge" | { readonly status: number } | undefined;

const ok = (body?: object): Answer => (body === undefined ? { status: 204 } : { status: 200, body });
const failed = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });
const DENIED = failed(403, "permission denied");
const NONE = failed(404);

/**
 * The part of Vault's HTTP API that we use, as HashiCorp's API documentation and OpenBao's source have it: tokens with
 * leases and a longest life, AppRole and JWT login, policies, KV version 2, Transit, health, and what goes wrong. It is
 * no Vault: it shows that we speak the documented words, not that a Vault does.
 */
export class VaultServer {
  /** Every request as "POST transit/decrypt/owner-ada", in order. */
  readonly asked: string[] = [];
  /** Namespaces of the requests. */
  readonly namespaces = new Set<string | undefined>();
  /** Asked for every request. */
  mishap: (path: string) => Mishap = () => undefined;
  /** Status of GET sys/health. */
  health = 200;
  latencyMs = 0;
  /** The server's clock, ahead of the real one by so much. */
  aheadMs = 0;
  readonly #roles: Role[] = [];
  readonly #tokens = new Map<string, Token>();
  readonly #secrets = new Map<string, Readonly<Record<string, unknown>> | "deleted">();
  readonly #keys = new Map<string, TransitKey>();
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(tls: { readonly cert: string; readonly key: string; readonly maxVersion?: "TLSv1.2" }) {
    this.#server = createServer(tls, (request, response) => void this.#serve(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(tls: { cert: string; key: string; maxVersion?: "TLSv1.2" }): Promise<VaultServer> {
    const server = new VaultServer(tls);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  addRole(
    name: string,
    policy: Policy,
    lease: { ttlS?: number; maxTtlS?: number; renewable?: boolean } = {},
  ): Role {
    const { ttlS = 3_600, maxTtlS = 86_400, renewable = true } = lease;
    const secret = { roleId: randomUUID(), secretId: randomUUID(), jwt: `e30.${randomUUID()}.x` };
    const role = { name, policy, ttlS, maxTtlS, renewable, ...secret };
    this.#roles.push(role);
    return role;
  }

  /** Writes a KV secret, or deletes its newest version. */
  putSecret(path: string, data: Readonly<Record<string, unknown>> | "deleted"): void {
    this.#secrets.set(path, data);
  }

  /** Ends all tokens at once, as an operator can. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  get livingTokens(): number {
    return [...this.#tokens.values()].filter(({ endsMs }) => endsMs > this.#nowMs()).length;
  }

  /** Refuses logins of a role from now on. */
  removeRole(name: string): void {
    this.#roles.splice(
      this.#roles.findIndex((role) => role.name === name),
      1,
    );
  }

  #nowMs(): number {
    return performance.now() + this.aheadMs;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? "", "https://localhost");
    const path = url.pathname.replace(/^\/v1\//, "");
    // Node's server knows no LIST; Vault takes this for it.
    const method = url.searchParams.get("list") === "true" ? "LIST" : (request.method ?? "");
    this.asked.push(`${method} ${path}`);
    this.namespaces.add(request.headers["x-vault-namespace"] as string | undefined);
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    const mishap = this.mishap(path);
    if (mishap !== undefined && meetMishap(mishap, request, response)) return;
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as object);
    const token = request.headers["x-vault-token"] as string | undefined;
    const answer = this.#answer(method, path, body as Record<string, unknown>, token);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  #answer(method: string, path: string, body: Record<string, unknown>, sent: string | undefined): Answer {
    if (path === "sys/health") return { status: this.health, body: { initialized: this.health !== 501 } };
    if (this.health === 503) return failed(503, "Vault is sealed");
    if (path === "auth/approle/login" || path === "auth/jwt/login") return this.#logIn(path, body);
    const token = this.#tokens.get(sent ?? "");
    if (token === undefined || token.endsMs <= this.#nowMs())
      return failed(403, "permission denied", "invalid token");
    if (path.startsWith("auth/token/")) return this.#ownToken(path, sent ?? "", token);
    const engine = path.split("/")[0];
    if (engine !== "secret" && engine !== "transit")
      return isAllowed(token.role.policy, path, "read")
        ? failed(404, `no handler for route "${path}". route entry not found.`)
        : DENIED;
    if (!this.#capabilitiesOf(method, path).every((one) => isAllowed(token.role.policy, path, one)))
      return failed(403, "1 error occurred:\n\t* permission denied\n\n");
    return engine === "secret" ? this.#secret(method, path) : this.#transit(method, path, body);
  }

  /** A POST is an update; where the engine checks for existence, as `encrypt` does, a new thing is a create. */
  #capabilitiesOf(method: string, path: string): Capability[] {
    if (method === "GET") return ["read"];
    if (method === "LIST") return ["list"];
    if (method === "DELETE") return ["delete"];
    const name = /^transit\/encrypt\/(.+)$/.exec(path)?.[1];
    return [name !== undefined && !this.#keys.has(name) ? "create" : "update"];
  }

  #logIn(path: string, body: Record<string, unknown>): Answer {
    if (path.includes("approle")) {
      const role = this.#roles.find(({ roleId }) => roleId === body["role_id"]);
      if (role === undefined || role.secretId !== body["secret_id"])
        return failed(400, "invalid role or secret ID");
      return this.#issue(role);
    }
    const role = this.#roles.find(({ name }) => name === body["role"]);
    if (role === undefined) return failed(400, `role "${String(body["role"])}" could not be found`);
    if (role.jwt !== body["jwt"]) return failed(400, "error validating token: invalid signature");
    return this.#issue(role);
  }

  #issue(role: Role): Answer {
    const token = `hvs.${randomBytes(24).toString("base64url")}`;
    const bornMs = this.#nowMs();
    this.#tokens.set(token, {
      role,
      bornMs,
      endsMs: role.ttlS === 0 ? Infinity : bornMs + role.ttlS * 1_000,
    });
    return ok({ auth: { client_token: token, lease_duration: role.ttlS, renewable: role.renewable } });
  }

  #ownToken(path: string, id: string, token: Token): Answer {
    if (path === "auth/token/lookup-self") return ok({ data: { ttl: token.role.ttlS } });
    if (path === "auth/token/revoke-self") {
      this.#tokens.delete(id);
      return ok();
    }
    if (path !== "auth/token/renew-self") return DENIED;
    const { role } = token;
    if (!role.renewable) return failed(400, "lease is not renewable");
    const endsMs = Math.min(this.#nowMs() + role.ttlS * 1_000, token.bornMs + role.maxTtlS * 1_000);
    token.endsMs = endsMs;
    const leaseS = Math.floor((endsMs - this.#nowMs()) / 1_000);
    return ok({ auth: { client_token: id, lease_duration: leaseS, renewable: true } });
  }

  #secret(method: string, path: string): Answer {
    const secret = this.#secrets.get(path.replace(/^secret\/data\//, ""));
    if (method !== "GET" || secret === undefined) return NONE;
    const gone = secret === "deleted";
    const metadata = { version: 1, destroyed: false, deletion_time: gone ? "2026-01-01T00:00:00Z" : "" };
    return { status: gone ? 404 : 200, body: { data: { data: gone ? null : secret, metadata } } };
  }

  #transit(method: string, path: string, body: Record<string, unknown>): Answer {
    const [, verb = "", ...rest] = path.split("/");
    if (verb === "keys") return this.#transitKeys(method, rest, body);
    const name = rest.at(-1) ?? "";
    const key = this.#keys.get(name);
    if (key === undefined) return failed(400, "encryption key not found");
    const newest = key.versions.length;
    const wrap = (plain: Buffer): object => ({ ciphertext: encrypt(key, plain), key_version: newest });
    if (verb === "datakey") {
      const plain = randomBytes(Number(body["bits"] ?? 256) / 8);
      return ok({ data: { ...wrap(plain), plaintext: plain.toString("base64") } });
    }
    const plain = decrypt(key, body["ciphertext"]);
    if (typeof plain === "string") return failed(400, plain);
    if (verb === "decrypt") return ok({ data: { plaintext: plain.toString("base64") } });
    return verb === "rewrap" ? ok({ data: wrap(plain) }) : failed(404, "unsupported path");
  }

  #transitKeys(method: string, [name, verb]: string[], body: Record<string, unknown>): Answer {
    if (name === undefined)
      return this.#keys.size === 0 ? NONE : ok({ data: { keys: [...this.#keys.keys()].toSorted() } });
    const key = this.#keys.get(name);
    if (method === "GET") return key === undefined ? NONE : ok({ data: described(name, key) });
    if (method === "DELETE") {
      if (key === undefined)
        return failed(400, `error deleting policy ${name}: could not delete key; not found`);
      if (!key.deletionAllowed)
        return failed(400, `error deleting policy ${name}: deletion is not allowed for this key`);
      this.#keys.delete(name);
      return ok();
    }
    if (verb === "rotate" || verb === "config") {
      if (key === undefined) return failed(400, `no existing key named ${name} could be found`);
      if (verb === "rotate") key.versions.push(randomBytes(32));
      if (typeof body["deletion_allowed"] === "boolean") key.deletionAllowed = body["deletion_allowed"];
      return ok({ data: described(name, key) });
    }
    if (key === undefined) this.#keys.set(name, { versions: [randomBytes(32)], deletionAllowed: false });
    return ok({ data: described(name, this.#keys.get(name) as TransitKey) });
  }
}

function described(name: string, key: TransitKey): object {
  return { name, latest_version: key.versions.length, deletion_allowed: key.deletionAllowed };
}

function isAllowed(policy: Policy, path: string, wanted: Capability): boolean {
  return Object.entries(policy).some(
    ([pattern, capabilities]) => matches(pattern, path) && capabilities.includes(wanted),
  );
}

function matches(pattern: string, path: string): boolean {
  if (pattern.endsWith("*")) return path.startsWith(pattern.slice(0, -1));
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, i) => part === "+" || part === given[i]);
}

function encrypt({ versions }: TransitKey, plain: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", versions.at(-1) as Buffer, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `vault:v${versions.length}:${sealed.toString("base64")}`;
}

function decrypt({ versions }: TransitKey, ciphertext: unknown): Buffer | string {
  const [, version, text] = /^vault:v(\d+):(.*)$/.exec(String(ciphertext)) ?? [];
  if (version === undefined || text === undefined) return "invalid ciphertext: no prefix";
  const key = versions[Number(version) - 1];
  if (key === undefined) return "invalid ciphertext: version is too new";
  const sealed = Buffer.from(text, "base64");
  if (sealed.length < 28 || sealed.toString("base64") !== text)
    return "invalid ciphertext: could not decode base64";
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return "invalid ciphertext: unable to decrypt";
  }
}

/** Whether the mishap was the request's end. */
function meetMishap(
  mishap: NonNullable<Mishap>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (mishap === "drop") request.socket.destroy();
  else if (mishap === "cut") {
    response.writeHead(200, { "content-length": "1000" });
    response.write('{"data":', () => request.socket.destroy());
  } else if (mishap === "nonsense") response.end("<html>welcome</html>");
  else if (mishap === "huge") response.end(JSON.stringify({ data: "x".repeat(9_000_000) }));
  else if (mishap !== "hang") {
    response.writeHead(
      mishap.status,
      mishap.status === 307 ? { location: "https://elsewhere.example/" } : {},
    );
    response.end(JSON.stringify({ errors: [`secret-in-error ${mishap.status}`] }));
  }
  return true;
}
