import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { ApiProblem } from '../api/problem';
import { serverState } from '../api/server-state';
import { signIn } from '../api/session';
import { Button } from '../shared/button';
import { API_BASE } from '../api/client';
import { Problem } from '../shared/states';
import { forgetRefusal, refusalInWords } from './refusal';
import { keepReturnAddress } from './return-address';
import css from './sign-in.module.css';

const singleSignOn = document.querySelector('meta[name="single-sign-on"]') !== null;

/** Stands at whatever address was asked for: once signed in, one is there. */
export function SignIn() {
  const [apiKey, setApiKey] = useState('');
  const id = useId();
  useEffect(() => {
    document.title = 'Sign in · Typeform onboarding';
  }, []);
  const entering = useMutation({
    mutationFn: () => signIn(apiKey.trim()),
    onSuccess: () => {
      forgetRefusal();
      return serverState.resetQueries();
    },
  });
  const refusal = refusalInWords();
  const refused = entering.error instanceof ApiProblem && entering.error.status === 401;
  return (
    <main className={css.page}>
      <form
        className={css.card}
        onSubmit={(event) => {
          event.preventDefault();
          if (!entering.isPending && apiKey.trim() !== '') entering.mutate();
        }}
      >
        <h1>Typeform onboarding</h1>
        <p className="muted">Sign in with an API key of this service.</p>
        <div className="field">
          <label htmlFor={id}>API key</label>
          <input
            id={id}
            type="password"
            value={apiKey}
            onChange={(event) => setApiKey(event.target.value)}
            autoComplete="current-password"
            spellCheck={false}
            autoFocus
            required
          />
        </div>
        {refused ? (
          <div className={css.refused} role="alert">
            This key is not valid. Check that it was copied whole, and that it has not expired or been revoked.
          </div>
        ) : (
          entering.isError && <Problem error={entering.error} />
        )}
        {entering.isIdle && refusal !== null && (
          <div className={css.refused} role="alert">
            {refusal}
          </div>
        )}
        <Button type="submit" kind="primary" busy={entering.isPending}>
          Sign in
        </Button>
        {singleSignOn && (
          <a href={`${API_BASE}/auth/oidc/login`} className={css.sso} onClick={keepReturnAddress}>
            Single sign-on
          </a>
        )}
        <p className="muted small">
          Outside production the service prints its admin key when it starts. An admin creates keys for others under
          Settings.
        </p>
      </form>
    </main>
  );
}
