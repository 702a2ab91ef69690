import { useQuery } from '@tanstack/react-query';
import { API_BASE } from './client';
import { ApiProblem, unreachable } from './problem';
import { SESSION } from './server-state';

export type Role = 'viewer' | 'operator' | 'admin';

export interface Session {
  name: string;
  role: Role;
  via: 'key' | 'oidc';
  expiresAt: string;
}

async function call(method: 'GET' | 'POST' | 'DELETE', body?: object, query = ''): Promise<unknown> {
  const answer = await fetch(`${API_BASE}/v1/session${query}`, {
    method,
    credentials: 'same-origin',
    headers: { 'X-Requested-With': 'console', ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw unreachable();
  });
  const content: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw ApiProblem.of(answer.status, content);
  return content;
}

/** Exchanges an API key for the session's cookie. The key is not kept. */
export const signIn = async (apiKey: string): Promise<void> => void (await call('POST', { apiKey }));

/** Ends this session, or all of this key. */
export const signOut = async ({ everywhere = false } = {}): Promise<void> =>
  void (await call('DELETE', undefined, everywhere ? '?everywhere=true' : ''));

/** Who is signed in; null: nobody. */
async function whoIsSignedIn(): Promise<Session | null> {
  try {
    return (await call('GET')) as Session;
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 401) return null;
    throw problem;
  }
}

export const useSessionQuery = () => useQuery({ queryKey: SESSION, queryFn: whoIsSignedIn, staleTime: 60_000 });

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Whether who is signed in has the role, or a higher one. What they may not do is not shown; the service checks it itself. */
export function useMay(role: Role): boolean {
  const session = useSessionQuery().data;
  return session ? RANK[session.role] >= RANK[role] : false;
}
