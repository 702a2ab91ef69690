/** What the service refused, in its own words: RFC 9457. */

export interface Issue {
  path: string;
  message: string;
}

export class ApiProblem extends Error {
  constructor(
    /** 0: there was no answer. */
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly requestId: string | null = null,
    readonly issues: readonly Issue[] = [],
  ) {
    super(detail);
  }

  /** Reads the body of an answer; what is no problem document is named by its status alone. */
  static of(status: number, body: unknown): ApiProblem {
    const { code, detail, title, requestId, errors } = (
      typeof body === 'object' && body !== null ? body : {}
    ) as Record<string, unknown>;
    const words = [detail, title].find((text): text is string => typeof text === 'string');
    return new ApiProblem(
      status,
      typeof code === 'string' ? code : `http_${status}`,
      words ?? `The service answered with status ${status}.`,
      typeof requestId === 'string' ? requestId : null,
      Array.isArray(errors) ? (errors as Issue[]) : [],
    );
  }
}

export function unreachable(): ApiProblem {
  return new ApiProblem(
    0,
    'unreachable',
    'The service cannot be reached. It may be restarting: try again in a moment.',
  );
}
