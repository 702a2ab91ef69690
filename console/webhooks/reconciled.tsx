import type { Schemas } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { Notice } from '../shared/states';
import { driftSummary } from './drift';

const ACTIONS: Record<Schemas['ReconciledView']['action'], string> = {
  none: 'nothing had to be done',
  repaired: 'repaired',
  deferred: 'repaired later: it keeps changing',
  removed: 'deleted at Typeform',
  failed: 'could not be repaired',
};

/** What a comparison with Typeform found, and did. */
export function Reconciled({ result }: { result: Schemas['ReconcileResult'] }) {
  const { checked, differed, strays, madeElsewhere, finished, unreadable } = result;
  return (
    <Notice>
      <p>
        {madeElsewhere
          ? 'Another process is comparing at this moment; the list shows what it finds.'
          : `Compared ${counted(checked, 'webhook')} with Typeform: ${differed.length === 0 ? 'no differences' : `${differed.length} differed`}.`}
        {!finished && !madeElsewhere && ' The rest is compared in the background.'}
      </p>
      {(differed.length > 0 || strays.length > 0 || unreadable > 0) && (
        <ul>
          {differed.map(({ id, formId, tag, action, problem, drift }) => (
            <li key={id}>
              {formId}, {tag}: {driftSummary({ drift })} – {ACTIONS[action]}
              {problem && `. ${problem}`}
            </li>
          ))}
          {strays.map(({ formId, tag, deleted }) => (
            <li key={`${formId}/${tag}`}>
              {formId}, {tag}: a webhook at Typeform that is not managed here{deleted && '; it was deleted'}
            </li>
          ))}
          {unreadable > 0 && <li>{unreadable} of Typeform&apos;s list could not be read.</li>}
        </ul>
      )}
    </Notice>
  );
}

export function ReconcileDialog(asked: { open: boolean; onClose: () => void; reconcile: () => Promise<void> }) {
  return (
    <ConfirmDialog
      open={asked.open}
      onClose={asked.onClose}
      title="Reconcile with Typeform?"
      action="Reconcile"
      onConfirm={asked.reconcile}
    >
      <p>
        Whatever differs at Typeform is reset to what is registered here. This also happens automatically every few
        minutes.
      </p>
    </ConfirmDialog>
  );
}
