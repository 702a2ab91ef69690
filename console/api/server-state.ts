/** Everything that the service knows and the console shows is here, and nowhere else. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem';

/** The key under which the session is kept; null: nobody is signed in. */
export const SESSION = ['session'] as const;

/** Nobody is signed in any more; what was read for them is forgotten. */
export function forgetSession(): void {
  serverState.setQueryData(SESSION, null);
  serverState.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
}

/** The session ended: the shell shows the sign-in, and the address stays, so that one comes back to where one was. */
function endSessionOn(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) serverState.setQueryData(SESSION, null);
}

export const serverState = new QueryClient({
  queryCache: new QueryCache({ onError: endSessionOn }),
  mutationCache: new MutationCache({ onError: endSessionOn }),
  defaultOptions: {
    // Whether there is a network is for the service's answer to say. A change never waits for it: it would be made later, unasked.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      refetchOnReconnect: true,
      staleTime: 10_000,
      retry: (failures, error) =>
        failures < 3 && error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
    },
  },
});
