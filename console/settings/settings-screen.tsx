import { Link, useNavigate } from '@tanstack/react-router';
import { useMay, type Role } from '../api/session';
import { Choice, useFilters } from '../shared/filters';
import { latePart } from '../shared/late';
import { Screen } from '../shared/screen';
import { NotAllowed } from '../shared/states';
import css from './settings.module.css';
import { TABS, type TabKey } from './tabs';

const CONTENT: Record<TabKey, React.ComponentType> = {
  configuration: latePart(() => import('./configuration-tab').then((code) => code.default)),
  checklist: latePart(() => import('./checklist-tab').then((code) => code.default)),
  version: latePart(() => import('./version-tab').then((code) => code.default)),
  sso: latePart(() => import('./single-sign-on-tab').then((code) => code.default)),
  keys: latePart(() => import('./api-keys-tab').then((code) => code.default)),
  person: latePart(() => import('./person-tab').then((code) => code.default)),
  erasures: latePart(() => import('./erasures-tab').then((code) => code.default)),
  retention: latePart(() => import('./retention-tab').then((code) => code.default)),
  audit: latePart(() => import('./audit-tab').then((code) => code.default)),
  jobs: latePart(() => import('./jobs-tab').then((code) => code.default)),
  session: latePart(() => import('./session-tab').then((code) => code.default)),
};

/** The tabs stand in a list beside the content; where there is no room for it, one chooses them. */
export function SettingsScreen() {
  const [filters] = useFilters();
  const navigate = useNavigate();
  const may: Record<Role, boolean> = { viewer: useMay('viewer'), operator: useMay('operator'), admin: useMay('admin') };
  const allowed = TABS.filter(([, , needs]) => may[needs]);
  const [key, name, role] = TABS.find(([each]) => each === filters.tab) ?? allowed[0] ?? TABS[0];
  const Tab = CONTENT[key];
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
        <div className={css.content}>{may[role] ? <Tab /> : <NotAllowed />}</div>
      </div>
    </Screen>
  );
}
