/** Converts URL parameters to API parameters. */

/** Without what is missing or empty. */
export function given<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<Values>;
}

/** The value if it is allowed; a URL may contain anything. */
export function oneOf<Known extends string>(known: readonly Known[], value: string | undefined): Known | undefined {
  return known.find((each) => each === value);
}
