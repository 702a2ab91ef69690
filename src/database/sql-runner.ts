/** Runs SQL statements of one transaction: TypeORM's `EntityManager` does, and so does a connection with prepared statements. */
export interface SqlRunner {
  /** Returns the rows of a SELECT; the result of any other statement depends on who runs it. */
  query<Rows>(sql: string, parameters?: unknown[]): Promise<Rows>;
}
