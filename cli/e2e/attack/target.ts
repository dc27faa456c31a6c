import { systemTime } from "@purrimeter/service/system-time";
import { issuedFiles } from "@purrimeter/certs/authority-files";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataFiles, type DataFiles } from "../../src/data-folder/data-files.ts";
import { verificationLink } from "../../src/data-folder/verification-link.ts";
import { isFailure } from "../../src/terminal/failure.ts";
import { processesOf, purrimeter, servicesOf, start, until, type Started } from "../running-purrimeter.ts";
import { must, mustBe } from "./must.ts";
import { ask, type Answer, type Ask, type Api } from "./wire.ts";

/** What a tag's client shows. */
export interface TagIdentity {
  readonly id: string;
  readonly cert: string;
  readonly key: string;
}

/** An account that is logged in. */
export interface Person {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly mark: string | undefined;
}

const PASSWORD = "zebra lantern copper violin";

/** An installation of its own in a temporary folder, with an owner of two tags. */
export class Target {
  readonly folder = mkdtempSync(join(tmpdir(), "purrimeter-attack-"));
  readonly data = join(this.folder, "data");
  readonly files: DataFiles = dataFiles(this.data);
  running!: Started;
  api!: Api;
  bridge!: Api;
  owner!: Person;
  /** Those that are there from the start. */
  readonly tags: TagIdentity[] = [];
  readonly #agents = new Map<string, Agent>();
  readonly #made = new Map<string, Promise<TagIdentity>>();

  /** Starts everything; `settings` is the text of config.json. */
  async start(settings?: string): Promise<void> {
    if (settings !== undefined) {
      mkdirSync(this.data, { mode: 0o700 });
      writeFileSync(join(this.data, "config.json"), settings);
    }
    this.running = await start(this.data);
    const { api, mqtt, ca: caFile } = this.running.ready;
    const ca = readFileSync(caFile, "utf8");
    this.api = { port: Number(new URL(api).port), ca };
    this.bridge = { port: Number(new URL(mqtt).port), ca };
    this.owner = await this.newPerson("owner@example.org", "127.1.0.1");
    this.tags.push(...(await Promise.all(["mimi", "felix"].map((id) => this.tag(id)))));
  }

  ask(method: string, path: string, asked: Ask = {}): Promise<Answer> {
    return ask(this.api, method, path, asked);
  }

  /** A request with a JSON body. */
  send(method: string, path: string, body: object, asked: Ask = {}): Promise<Answer> {
    return this.ask(method, path, { ...asked, body: JSON.stringify(body) });
  }

  /** A GET on a connection that is kept for the source address; its status. */
  async keepAlive(from: string, path: string, token: string): Promise<number> {
    const agent = this.#agents.get(from) ?? new Agent({ keepAlive: true, maxSockets: 1 });
    this.#agents.set(from, agent);
    return (await ask(this.api, "GET", path, { from, token, agent })).status;
  }

  /** Makes an account, verifies it and logs in. */
  async newPerson(email: string, from: string): Promise<Person> {
    const body = { email, password: PASSWORD };
    mustBe((await this.send("POST", "/auth/register", body, { from })).status, [202], "register");
    const link = await verificationLink(this.files, email, systemTime);
    if (isFailure(link)) throw new Error(link.failure);
    mustBe(
      (await this.send("POST", "/auth/mail/verify", { token: link.token }, { from })).status,
      [204],
      "verify",
    );
    const entered = await this.send("POST", "/auth/login", body, { from });
    mustBe(entered.status, [200], "login");
    const tokens = JSON.parse(entered.text) as {
      readonly accessToken: string;
      readonly refreshToken: string;
    };
    const mark = entered.headers["purrimeter-device-mark"];
    return { ...body, ...tokens, mark: typeof mark === "string" ? mark : undefined };
  }

  /** Whether an honest client is served, from an address of its own. */
  async mustServe(): Promise<void> {
    const { status } = await this.ask("GET", "/tags", { token: this.owner.accessToken, from: "127.1.0.1" });
    mustBe(status, [200], "an honest client");
  }

  /** Asks `start` to stop; its exit code. */
  async stop(): Promise<number | null> {
    const { process: child } = this.running;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    }
    return child.exitCode;
  }

  /** Ends the installation and removes its folder. */
  async end(): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    await this.stop();
    await until(() => servicesOf(this.data).length === 0);
    rmSync(this.folder, { recursive: true });
  }

  /** Ends all processes of the installation at once, by their ids, and removes its folder. Does not wait for them. */
  kill(): void {
    for (const { pid } of processesOf(this.data)) process.kill(pid, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** A tag of the owner's; registered and claimed when it is asked for first. */
  tag(id: string): Promise<TagIdentity> {
    const made = this.#made.get(id) ?? this.#addTag(id);
    this.#made.set(id, made);
    return made;
  }

  async #addTag(id: string): Promise<TagIdentity> {
    const { code, stdout, stderr } = await purrimeter("tags", "add", id, "--data", this.data, "--json");
    must(code === 0, stderr);
    const { claimCode } = JSON.parse(stdout) as { readonly claimCode: string };
    const token = this.owner.accessToken;
    const claimed = await this.send("POST", "/tags/claim", { code: claimCode, name: id }, { token });
    mustBe(claimed.status, [200, 201], "claim");
    const chain = issuedFiles(this.files.certs, "tags", id).chain;
    return { id, cert: readFileSync(chain, "utf8"), key: readFileSync(this.files.tagKey(id), "utf8") };
  }
}
