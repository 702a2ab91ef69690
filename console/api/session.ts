import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, ask, type Schemas } from './client';
import { ApiProblem } from './problem';
import { SESSION, serverState } from './server-state';

export type Session = Schemas['SessionView'];
export type Role = Session['role'];

/** Exchanges an API key for the session's cookie. The key is not kept. */
export async function signIn(apiKey: string): Promise<void> {
  await ask(api.POST('/v1/session', { body: { apiKey } }));
}

/** Ends this session, or all of this key. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  await ask(api.DELETE('/v1/session', { params: { query: { everywhere: everywhere ? 'true' : 'false' } } }));
}

/** Who is signed in; null: nobody. */
async function whoIsSignedIn(): Promise<Session | null> {
  try {
    return await ask(api.GET('/v1/session'));
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 401) return null;
    throw problem;
  }
}

const session = queryOptions({ queryKey: SESSION, queryFn: whoIsSignedIn, staleTime: 60_000 });
export const useSessionQuery = () => useQuery(session);

/** Asks who is signed in while the screen is still being loaded. */
export const askForSession = (): void => void serverState.prefetchQuery(session);

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Whether who is signed in has the role, or a higher one. What they may not do is not shown; the service checks it itself. */
export function useMay(role: Role): boolean {
  const session = useSessionQuery().data;
  return session ? RANK[session.role] >= RANK[role] : false;
}
