import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem';
import { Button } from './button';
import { fieldWord } from './identifiers';
import css from './states.module.css';

export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <p className={css.loading} role="status">
      <span className={css.spinner} aria-hidden="true" />
      {what}…
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css.empty}>
      <p className={css.title}>{title}</p>
      {children && <div className={css.words}>{children}</div>}
    </div>
  );
}

/** What went wrong, in the service's words, and what can be done. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = error instanceof ApiProblem ? error : null;
  if (problem?.status === 403) return <NotAllowed />;
  return (
    <div className={css.problem} role="alert">
      <p className={css.title}>{problem?.status === 404 ? 'Not found' : 'This did not work'}</p>
      <p>
        {problem ? (
          <Detail of={problem.issues.length > 0 ? 'Check what was entered:' : problem.message} />
        ) : (
          'Something unexpected happened in this page. Reload it.'
        )}
      </p>
      {problem && problem.issues.length > 0 && (
        <ul>
          {problem.issues.map(({ path, message }) => (
            <li key={path + message}>{path === '' ? message : `${fieldWord(path)}: ${withoutNull(message)}`}</li>
          ))}
        </ul>
      )}
      {problem?.requestId && <p className={css.request}>Request {problem.requestId}</p>}
      {retry &&
        (problem?.status === 404 && history.length > 1 ? (
          <Button onClick={() => history.back()}>Go back</Button>
        ) : (
          <Button onClick={retry}>Try again</Button>
        ))}
    </div>
  );
}

/** Instead of null, a person leaves a field empty. */
const withoutNull = (message: string): string => message.replace(/[,;]? (?:or )?null.*$/, '');

/** The service's words as a sentence; the id of a client leads to it. */
function Detail({ of: detail }: { of: string }) {
  const sentence = detail.charAt(0).toUpperCase() + detail.slice(1);
  const [before, clientId, after] = sentence.split(/(?<=\bclient )([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/);
  if (clientId === undefined) return sentence;
  return (
    <>
      {before}
      <Link to="/clients/$clientId" params={{ clientId }}>
        {clientId}
      </Link>
      {after}
    </>
  );
}

export function NotAllowed() {
  return (
    <div className={css.problem} role="alert">
      <p className={css.title}>Not allowed</p>
      <p>Your role does not include this. Ask an admin for a key with more rights, or for the change itself.</p>
    </div>
  );
}

/** What became of an action, or `bad`: what is wrong, or `neutral`: what is so; read out without moving the focus. */
export function Notice({
  bad = false,
  neutral = false,
  children,
}: {
  bad?: boolean;
  neutral?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={`${css.notice} ${bad ? css.bad : neutral ? css.neutral : ''}`} role={bad ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
