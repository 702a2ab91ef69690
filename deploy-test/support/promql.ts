/** What a PromQL expression of this project refers to. It reads text and knows no grammar: our expressions are plain. */

const SERVICE_METRIC = /\b(?:onboarding|process|nodejs)_[a-z0-9_]+/g;
const SELECTOR = /\b((?:onboarding|process|nodejs)_[a-z0-9_]+)\{([^}]*)\}/g;
const MATCHER = /(\w+)(=~|!=|=)"([^"]*)"/g;

/** Names of the service's metrics. */
export function metricsOf(expression: string): string[] {
  return [...new Set(expression.match(SERVICE_METRIC))];
}

/** Names of recorded series. */
export function recordingsOf(expression: string): string[] {
  return [...new Set(expression.match(/\bonboarding:\w+:\w+/g))];
}

/** Every selector with labels; `a=~"x|y"` becomes two, since each alternative should exist. */
export function selectorsOf(expression: string): string[] {
  const selectors = [...expression.matchAll(SELECTOR)].flatMap(([, metric = '', labels = '']) => {
    const choices = [...labels.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) =>
      operator === '=~' ? value.split('|').map((one) => `${label}=~"${one}"`) : [`${label}${operator}"${value}"`],
    );
    const combined = choices.reduce<string[][]>(
      (all, choice) => all.flatMap((before) => choice.map((one) => [...before, one])),
      [[]],
    );
    return combined.map((matchers) => `${metric}{${matchers.join(',')}}`);
  });
  return [...new Set(selectors)];
}
