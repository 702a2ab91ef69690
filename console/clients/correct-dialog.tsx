import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { Choice } from '../shared/filters';
import { IDENTIFIERS, identifierWord } from '../shared/identifiers';
import { sayResult } from '../shared/result';

/** What the responses say is the way back for an identifier that was removed by hand. */
const WAYS = [
  ['value', 'Another value'],
  ['remove', 'Remove it'],
  ['reset', 'What the responses say'],
] as const;
type Way = (typeof WAYS)[number][0];
const RESULTS: Record<Way, string> = {
  value: 'corrected.',
  remove: 'removed. “Add…” can put it back.',
  reset: 'follows the responses again.',
};

/** Corrects one identifier by hand; without `identifier`, one that is chosen. */
export function CorrectDialog({
  client,
  identifier,
  onClose,
}: {
  client: Schemas['ClientDetailView'];
  identifier: string;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const missing = IDENTIFIERS.filter(([key]) => client.identifiers[key] === undefined);
  const [chosen, setChosen] = useState(identifier || (missing[0]?.[0] ?? ''));
  const [way, setWay] = useState<Way>('value');
  const [value, setValue] = useState(client.identifiers[identifier]?.value ?? '');
  const isSaid = client.responses.some(({ identifiers }) => identifiers[chosen] !== undefined);
  const ways = identifier === '' ? WAYS.filter(([key]) => key === 'value' || (key === 'reset' && isSaid)) : WAYS;
  const change = way === 'remove' ? null : way === 'reset' ? { reset: true as const } : value.trim();
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={identifier === '' ? 'Add an identifier' : `Correct ${identifierWord(identifier)}`}
      action={identifier === '' ? 'Add' : 'Correct'}
      notYet={change === ''}
      onConfirm={async () => {
        const path = { id: client.id };
        const answer = await ask(
          api.PATCH('/v1/clients/{id}', { params: { path }, body: { identifiers: { [chosen]: change } } }),
        );
        queries.setQueryData(['clients', client.id], answer);
        const result = identifier === '' && way === 'value' ? 'added.' : RESULTS[way];
        sayResult(`/clients/${client.id}`, `${identifierWord(chosen)} ${result}`);
      }}
    >
      {identifier === '' && (
        <Choice
          label="Identifier"
          value={chosen}
          options={missing}
          onChange={(key) => {
            setChosen(key);
            setWay('value');
          }}
        />
      )}
      {ways.length > 1 && (
        <fieldset className="stack">
          <legend className="visually-hidden">What it should be</legend>
          {ways.map(([key, word]) => (
            <label key={key} className="check">
              <input type="radio" name="way" checked={way === key} onChange={() => setWay(key)} />
              {word}
            </label>
          ))}
        </fieldset>
      )}
      {way === 'value' && (
        <label className="field">
          {identifierWord(chosen)}
          <input
            value={value}
            onChange={(event) => setValue(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
      )}
      <p className="muted">A correction is kept when the responses are processed again.</p>
    </ConfirmDialog>
  );
}
