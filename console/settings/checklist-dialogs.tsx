import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useSessionQuery } from '../api/session';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { Choice } from '../shared/filters';

type Line = Schemas['ChecklistLineView'];
type Result = NonNullable<Line['signature']>['result'];

const DONE: readonly (readonly [Result | '', string])[] = [
  ['yes', 'yes: it is done'],
  ['no', 'no: the line fails'],
  ['n/a', 'n/a: it does not apply'],
];
/** A rollback trigger has no default answer. */
const HAPPENED: readonly (readonly [Result | '', string])[] = [
  ['', 'choose'],
  ['no', 'no: it has not happened'],
  ['yes', 'yes: it has happened'],
  ['n/a', 'n/a: it does not apply'],
];

export function SignDialog({
  line: { id, trigger },
  onClose,
  onSigned,
}: {
  line: Line;
  onClose: () => void;
  onSigned: () => Promise<void>;
}) {
  const session = useSessionQuery().data;
  const [by, setBy] = useState(session?.via === 'oidc' ? session.name : '');
  const [result, setResult] = useState<string>(trigger ? '' : 'yes');
  const [note, setNote] = useState('');
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Sign ${id}`}
      action="Sign"
      notYet={by.trim() === '' || result === ''}
      onConfirm={async () => {
        const body = { by: by.trim(), result: result as Result, ...(note.trim() && { note: note.trim() }) };
        await ask(api.POST('/v1/checklist/lines/{id}/signature', { params: { path: { id } }, body }));
        await onSigned();
      }}
    >
      <p>The report shows the name and the note. The audit log records the line and the API key.</p>
      <label className="field">
        Signed by
        <input value={by} maxLength={200} onChange={(event) => setBy(event.target.value)} />
      </label>
      <Choice
        label={trigger ? 'Has it happened?' : 'Answer'}
        value={result}
        options={trigger ? HAPPENED : DONE}
        onChange={setResult}
      />
      <label className="field">
        Note
        <input value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
      </label>
    </ConfirmDialog>
  );
}

export function FillDialog({
  line: { id, value: before },
  onClose,
  onFilled,
}: {
  line: Line;
  onClose: () => void;
  onFilled: () => Promise<void>;
}) {
  const [value, setValue] = useState(before ?? '');
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Fill in ${id}`}
      action="Save"
      onConfirm={async () => {
        await ask(api.PATCH('/v1/checklist/lines/{id}', { params: { path: { id } }, body: { value } }));
        await onFilled();
      }}
    >
      <label className="field">
        Text; empty: clears it
        <input value={value} maxLength={2000} onChange={(event) => setValue(event.target.value)} />
      </label>
    </ConfirmDialog>
  );
}
