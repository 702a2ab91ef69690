/** What a Markdown document quotes: commands, calls of the API, SQL. */

/** A call of the admin API; `path` has no query. */
export interface ApiCall {
  method: string;
  path: string;
}

/** The content of every fenced block in a language. */
export function blocksOf(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text = '']) =>
    found === language ? [text] : [],
  );
}

/** Every `npm run ...`, with what follows it up to the end of the command. */
export function npmCommandsOf(markdown: string): { script: string; args: string[] }[] {
  return [...markdown.matchAll(/npm run ([\w:-]+)([^\n`#]*)/g)].map(([, script = '', rest = '']) => ({
    script,
    args: rest.trim().split(/\s+/).filter(Boolean),
  }));
}

/** Every call that is quoted: `METHOD /v1/...` in the text, curl with `$API/...` in a block. */
export function apiCallsOf(markdown: string): ApiCall[] {
  const inText = [...markdown.matchAll(/\b(GET|POST|PATCH|DELETE|PUT) (\/v1\/[^\s`?]*)/g)].map(
    ([, method = '', path = '']) => ({ method, path }),
  );
  const byCurl = [...markdown.matchAll(/^curl .*"\$API(\/[^"?]*)[^"]*"(.*)$/gm)].map(([, path = '', options = '']) => ({
    method: /-X (\w+)/.exec(options)?.[1] ?? (/ -d /.test(options) ? 'POST' : 'GET'),
    path: `/v1${path}`,
  }));
  return [...inText, ...byCurl];
}

/** True when a quoted path (`/v1/webhooks/$ID/test`) is one of the OpenAPI document (`/v1/webhooks/{id}/test`). */
export function isPath(quoted: string, documented: string): boolean {
  const isParameter = (part: string): boolean => /^(\$|\{)/.test(part);
  const [left, right] = [quoted.split('/'), documented.split('/')];
  return (
    left.length === right.length &&
    left.every((part, at) => part === right[at] || (isParameter(part) && isParameter(right[at] ?? '')))
  );
}
