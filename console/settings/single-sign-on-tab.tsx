import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../api/client';
import { Button } from '../shared/button';
import { Facts, Section } from '../shared/screen';
import { Empty, Loading, Notice, Problem } from '../shared/states';
import { Status } from '../shared/status';
import { When } from '../shared/when';

/** How single sign-on is set up, and whether the provider answers now. */
export default function SingleSignOnTab() {
  const state = useQuery({ queryKey: ['single-sign-on'], queryFn: () => ask(api.GET('/v1/single-sign-on')) });
  const settings = state.data?.settings;
  return (
    <Section
      title="Single sign-on"
      actions={
        settings && (
          <Button busy={state.isFetching} onClick={() => void state.refetch()}>
            Check again
          </Button>
        )
      }
    >
      {state.isPending && <Loading what="Asking the provider" />}
      {state.isError && <Problem error={state.error} retry={() => void state.refetch()} />}
      {state.data && !settings && (
        <Empty title="Not configured">
          People sign in with an API key. For single sign-on, set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET,
          and OIDC_ROLES to give groups their roles.
        </Empty>
      )}
      {state.data && settings && (
        <>
          {settings.provider.problem !== null && <Notice bad>{settings.provider.problem}</Notice>}
          <Facts
            of={[
              [
                'Provider',
                <Status
                  of={settings.provider.answers ? 'done' : 'failed'}
                  word={settings.provider.answers ? 'Answers' : 'Does not answer'}
                />,
              ],
              ['Issuer', settings.issuer],
              ['Client id', settings.clientId],
              ['Redirect URI', settings.redirectUri],
              ['Roles claim', <code>{settings.rolesClaim}</code>],
              ...(['admin', 'operator', 'viewer'] as const).map(
                (role) => [`Groups with role ${role}`, settings.roles[role].join(', ') || 'nobody'] as const,
              ),
              ['Last sign-in', <When at={state.data.lastSignInAt} exact />],
            ]}
          />
        </>
      )}
    </Section>
  );
}
