/** Saves responses of the service as files. */
import { API_BASE } from '../api/client';
import { ApiProblem, unreachable } from '../api/problem';

type Query = Record<string, string | undefined>;

/** The browser saves the stream and shows its progress. Only for URLs without personal data: the download history keeps them. */
export function download(path: string, query: Query, name: string): void {
  follow(addressOf(path, query), name);
}

/** For queries that may contain personal data: they do not end up in the download history. Throws `ApiProblem`. */
export async function downloadPrivately(path: string, query: Query, name: string): Promise<void> {
  const answer = await fetch(addressOf(path, query), { credentials: 'same-origin' }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw ApiProblem.of(answer.status, await answer.json().catch(() => null));
  const content = URL.createObjectURL(await answer.blob());
  follow(content, name);
  setTimeout(() => URL.revokeObjectURL(content), 60_000);
}

function addressOf(path: string, query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `${API_BASE}${path}?${new URLSearchParams(given).toString()}`;
}

function follow(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
