import { useState } from 'react';
import { signOut, useSessionQuery } from '../api/session';
import { forgetSession } from '../api/server-state';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { Facts, Section } from '../shared/screen';
import { When } from '../shared/when';

export default function SessionTab() {
  const session = useSessionQuery().data;
  const [asking, setAsking] = useState(false);
  if (!session) return null;
  return (
    <Section title="This session" actions={<Button onClick={() => setAsking(true)}>Sign out everywhere…</Button>}>
      <Facts
        of={[
          ['Signed in as', session.name],
          ['Role', session.role],
          ['By', session.via === 'key' ? 'API key' : 'single sign-on'],
          ['Ends', <When at={session.expiresAt} exact />],
        ]}
      />
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Sign out everywhere?"
        action="Sign out everywhere"
        onConfirm={async () => {
          await signOut({ everywhere: true });
          forgetSession();
        }}
      >
        <p>Every session of this key ends, in this browser and in all others. The key itself stays valid.</p>
      </ConfirmDialog>
    </Section>
  );
}
