/** What an operator can say about a run of `preflight`. */
export interface PreflightOptions {
  /** The SQL of pending migrations is part of the report. */
  showSql: boolean;
  /** A backup, or a directory whose newest file is one. */
  backupFile: string | null;
  backupMaxAgeHours: number;
  /** Where a backup is made, and proven by restoring it. */
  makeBackup: string | null;
  /** The image that is about to be deployed. */
  image: string | null;
  minDiskMegabytes: number;
}
