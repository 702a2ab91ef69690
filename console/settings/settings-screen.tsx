import { Link, useNavigate } from '@tanstack/react-router';
import { useMay, type Role } from '../api/session';
import { Choice, useFilters } from '../shared/filters';
import { latePart } from '../shared/late';
import { Screen } from '../shared/screen';
import { NotAllowed } from '../shared/states';
import css from './settings.module.css';

const TABS: readonly (readonly [key: string, name: string, role: Role, Tab: React.ComponentType])[] = [
  [
    'configuration',
    'Configuration',
    'admin',
    latePart(() => import('./configuration-tab').then((code) => code.default)),
  ],
  [
    'checklist',
    'Production checklist',
    'viewer',
    latePart(() => import('./checklist-tab').then((code) => code.default)),
  ],
  ['version', 'Version', 'viewer', latePart(() => import('./version-tab').then((code) => code.default))],
  ['sso', 'Single sign-on', 'admin', latePart(() => import('./single-sign-on-tab').then((code) => code.default))],
  ['keys', 'API keys', 'admin', latePart(() => import('./api-keys-tab').then((code) => code.default))],
  ['person', 'A person’s data', 'operator', latePart(() => import('./person-tab').then((code) => code.default))],
  ['erasures', 'Erasures', 'viewer', latePart(() => import('./erasures-tab').then((code) => code.default))],
  ['retention', 'Retention', 'viewer', latePart(() => import('./retention-tab').then((code) => code.default))],
  ['audit', 'Audit', 'viewer', latePart(() => import('./audit-tab').then((code) => code.default))],
  ['jobs', 'Jobs and back-fills', 'viewer', latePart(() => import('./jobs-tab').then((code) => code.default))],
  ['session', 'This session', 'viewer', latePart(() => import('./session-tab').then((code) => code.default))],
];

/** The tabs stand in a list beside the content; where there is no room for it, one chooses them. */
export function SettingsScreen() {
  const [filters] = useFilters();
  const navigate = useNavigate();
  const may: Record<Role, boolean> = { viewer: useMay('viewer'), operator: useMay('operator'), admin: useMay('admin') };
  const allowed = TABS.filter(([, , needs]) => may[needs]);
  const [key, , role, Tab] = TABS.find(([each]) => each === filters.tab) ?? allowed[0] ?? TABS[0]!;
  return (
    <Screen title="Settings">
      <div className={css.settings}>
        <nav aria-label="Settings" className={css.tabs}>
          {allowed.map(([each, name]) => (
            <Link
              key={each}
              to="/settings"
              search={{ tab: each }}
              aria-current={each === key ? 'page' : undefined}
              className={css.tab}
            >
              {name}
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
        <div className={css.content}>{may[role] ? <Tab /> : <NotAllowed />}</div>
      </div>
    </Screen>
  );
}
