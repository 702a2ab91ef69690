import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useMay, type Role } from '../api/session';
import { Choice, useFilters } from '../shared/filters';
import { Screen } from '../shared/screen';
import { Loading, NotAllowed } from '../shared/states';
import css from './settings.module.css';

const TABS: readonly (readonly [key: string, name: string, role: Role, Tab: React.ComponentType])[] = [
  ['configuration', 'Configuration', 'admin', lazy(() => import('./configuration-tab'))],
  ['checklist', 'Production checklist', 'viewer', lazy(() => import('./checklist-tab'))],
  ['version', 'Version', 'viewer', lazy(() => import('./version-tab'))],
  ['sso', 'Single sign-on', 'admin', lazy(() => import('./single-sign-on-tab'))],
  ['keys', 'API keys', 'admin', lazy(() => import('./api-keys-tab'))],
  ['person', 'A person’s data', 'operator', lazy(() => import('./person-tab'))],
  ['erasures', 'Erasures', 'viewer', lazy(() => import('./erasures-tab'))],
  ['retention', 'Retention', 'viewer', lazy(() => import('./retention-tab'))],
  ['audit', 'Audit', 'viewer', lazy(() => import('./audit-tab'))],
  ['jobs', 'Jobs and back-fills', 'viewer', lazy(() => import('./jobs-tab'))],
  ['session', 'This session', 'viewer', lazy(() => import('./session-tab'))],
];

/** The tabs stand in a list beside the content; where there is no room for it, one chooses them. */
export function SettingsScreen() {
  const [filters] = useFilters();
  const navigate = useNavigate();
  const may: Record<Role, boolean> = { viewer: useMay('viewer'), operator: useMay('operator'), admin: useMay('admin') };
  const allowed = TABS.filter(([, , needs]) => may[needs]);
  const [key, name, role, Tab] = TABS.find(([each]) => each === filters.tab) ?? allowed[0] ?? TABS[0]!;
  return (
    <Screen title="Settings" tab={`${name} · Settings`}>
      <div className={css.settings}>
        <nav aria-label="Settings" className={css.tabs}>
          {allowed.map(([each, word]) => (
            <Link
              key={each}
              to="/settings"
              search={{ tab: each }}
              aria-current={each === key ? 'page' : undefined}
              className={css.tab}
            >
              {word}
            </Link>
          ))}
        </nav>
        <div className={css.choice}>
          <Choice
            label="Show"
            value={key}
            options={TABS.filter(([each, , needs]) => may[needs] || each === key).map(
              ([each, name]) => [each, name] as const,
            )}
            onChange={(tab) => void navigate({ to: '/settings', search: { tab } })}
          />
        </div>
        <div className={css.content}>
          {may[role] ? (
            <Suspense fallback={<Loading />}>
              <Tab />
            </Suspense>
          ) : (
            <NotAllowed />
          )}
        </div>
      </div>
    </Screen>
  );
}
