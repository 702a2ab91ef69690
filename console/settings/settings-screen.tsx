import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useMay, type Role } from '../api/session';
import { useFilters } from '../shared/filters';
import { Screen } from '../shared/screen';
import { Loading, NotAllowed } from '../shared/states';
import css from './settings.module.css';

const TABS: readonly (readonly [key: string, name: string, role: Role, Tab: React.ComponentType])[] = [
  ['session', 'This session', 'viewer', lazy(() => import('./session-tab'))],
  ['checklist', 'Production checklist', 'viewer', lazy(() => import('./checklist-tab'))],
  ['configuration', 'Configuration', 'admin', lazy(() => import('./configuration-tab'))],
  ['version', 'Version', 'viewer', lazy(() => import('./version-tab'))],
  ['sso', 'Single sign-on', 'admin', lazy(() => import('./single-sign-on-tab'))],
  ['keys', 'API keys', 'admin', lazy(() => import('./api-keys-tab'))],
  ['person', 'A person’s data', 'operator', lazy(() => import('./person-tab'))],
  ['erasures', 'Erasures', 'viewer', lazy(() => import('./erasures-tab'))],
  ['retention', 'Retention', 'viewer', lazy(() => import('./retention-tab'))],
  ['audit', 'Audit', 'viewer', lazy(() => import('./audit-tab'))],
  ['jobs', 'Jobs and back-fills', 'viewer', lazy(() => import('./jobs-tab'))],
];

export function SettingsScreen() {
  const [filters] = useFilters();
  const may: Record<Role, boolean> = { viewer: useMay('viewer'), operator: useMay('operator'), admin: useMay('admin') };
  const [key, , role, Tab] = TABS.find(([each]) => each === filters.tab) ?? TABS[0]!;
  return (
    <Screen title="Settings">
      <nav aria-label="Settings" className={css.tabs}>
        {TABS.filter(([, , needs]) => may[needs]).map(([each, name]) => (
          <Link
            key={each}
            to="/settings"
            search={{ tab: each }}
            aria-current={each === key ? 'page' : undefined}
            className={css.tab}
            data-name={name}
          >
            {name}
          </Link>
        ))}
      </nav>
      {may[role] ? (
        <Suspense fallback={<Loading />}>
          <Tab />
        </Suspense>
      ) : (
        <NotAllowed />
      )}
    </Screen>
  );
}
