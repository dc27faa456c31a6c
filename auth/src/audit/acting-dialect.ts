import type { Database } from "@purrimeter/database/open-database";
import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from "kysely";
import { AsyncLocalStorage } from "node:async_hooks";

/** The connection of an act: all that is asked within it is in its transaction. */
class ActConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  isOver = false;
  /** Of transactions within the act. */
  depth = 0;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.isOver) throw new Error("the act is over: what belongs to it has to be awaited in it");
    return this.#connection.executeQuery(query);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("nothing is streamed within an act");
  }
}

/** The driver of SQLite, in which an act's queries share one transaction, however many objects ask them. */
export class ActingDriver implements Driver {
  readonly #inner: SqliteDriver;
  readonly #current = new AsyncLocalStorage<ActConnection>();

  constructor(database: Database) {
    this.#inner = new SqliteDriver({ database });
  }

  /** Whether the caller is within an act. */
  get isActing(): boolean {
    return this.#act() !== undefined;
  }

  /** Does `work` in one transaction with `last`, which is called when it is done. Within another act it is a part of that. */
  async act<Result>(work: () => Promise<Result>, last: (result: Result) => void): Promise<Result> {
    const connection = await this.#inner.acquireConnection();
    const act = new ActConnection(connection);
    try {
      await connection.executeQuery(CompiledQuery.raw("BEGIN IMMEDIATE"));
      return await this.#transact(act, connection, work, last);
    } finally {
      act.isOver = true;
      await this.#inner.releaseConnection();
    }
  }

  async #transact<Result>(
    act: ActConnection,
    connection: DatabaseConnection,
    work: () => Promise<Result>,
    last: (result: Result) => void,
  ): Promise<Result> {
    try {
      const result = await this.#current.run(act, work);
      last(result);
      await connection.executeQuery(CompiledQuery.raw("COMMIT"));
      return result;
    } catch (error) {
      await connection.executeQuery(CompiledQuery.raw("ROLLBACK"));
      throw error;
    }
  }

  init(): Promise<void> {
    return this.#inner.init();
  }

  acquireConnection(): Promise<DatabaseConnection> {
    const act = this.#act();
    return act === undefined ? this.#inner.acquireConnection() : Promise.resolve(act);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof ActConnection)
      await connection.executeQuery(CompiledQuery.raw(`SAVEPOINT act_${++connection.depth}`));
    else await this.#inner.beginTransaction(connection);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof ActConnection)
      await connection.executeQuery(CompiledQuery.raw(`RELEASE act_${connection.depth--}`));
    else await this.#inner.commitTransaction(connection);
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof ActConnection)) return this.#inner.rollbackTransaction(connection);
    const name = `act_${connection.depth--}`;
    await connection.executeQuery(CompiledQuery.raw(`ROLLBACK TO ${name}`));
    await connection.executeQuery(CompiledQuery.raw(`RELEASE ${name}`));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof ActConnection)) await this.#inner.releaseConnection();
  }

  destroy(): Promise<void> {
    return this.#inner.destroy();
  }

  #act(): ActConnection | undefined {
    const act = this.#current.getStore();
    return act?.isOver === false ? act : undefined;
  }
}

/** The dialect of SQLite over such a driver. */
export class ActingDialect extends SqliteDialect {
  readonly driver: ActingDriver;

  constructor(database: Database) {
    super({ database });
    this.driver = new ActingDriver(database);
  }

  override createDriver(): Driver {
    return this.driver;
  }
}
