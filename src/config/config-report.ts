/** The health report of a configuration. It contains no secret. */

/** One finding about one variable: what is wrong and what is allowed. Never contains a value that is a secret. */
export interface ConfigFinding {
  name: string;
  message: string;
}

export interface ConfigReport {
  environment: string;
  /** Each prevents the start (exit code 78). */
  problems: ConfigFinding[];
  warnings: ConfigFinding[];
  recommendations: ConfigFinding[];
  /** The values in force, secrets masked; null where a variable has a problem. */
  settings: Record<string, string | number | boolean | null>;
  /** Where each of these values comes from. */
  sources: Record<string, SettingSource>;
}

/** `unset`: there is no value, and none is needed. */
export const SETTING_SOURCES = ['environment', 'generated', 'default', 'unset'] as const;
export type SettingSource = (typeof SETTING_SOURCES)[number];
