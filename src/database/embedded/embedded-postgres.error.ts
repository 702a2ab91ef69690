/** The embedded database cannot be used. The message tells the operator what is wrong and what to do next. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** Another living service owns the data directory: starting again later or elsewhere is the operator's decision. */
export class DataDirectoryInUseError extends EmbeddedPostgresError {
  constructor(dataDir: string, owner: string) {
    super(
      `DATA_DIR is in use by ${owner} (${dataDir}). Stop it, or start this service with another DATA_DIR and PORT.`,
    );
  }
}
