import type { Schemas } from '../api/client';
import { Status } from '../shared/status';
import { When } from '../shared/when';
import css from './settings.module.css';

type Line = Schemas['ChecklistLineView'];
type Finding = Line['findings'][number];

/** Renders a line's Markdown: code and emphasis only. */
export function ChecklistWords({ of: { id, text }, group }: { of: Line; group: string | null }) {
  return (
    <>
      {group !== null && <span className={css.group}>{group}</span>}
      <span>{partsOf(text)}</span>
      <code className={css.group}>{id}</code>
    </>
  );
}

/** Code stands between backticks, emphasis between two asterisks; the rest is text. */
function partsOf(text: string): React.ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, at) => {
    if (part.startsWith('`')) return <code key={at}>{part.slice(1, -1)}</code>;
    return part.startsWith('**') ? <strong key={at}>{part.slice(2, -2)}</strong> : part;
  });
}

/** What the checks found, what they have not looked at, and who signed. */
export function ChecklistEvidence({ of: { checks, findings, signature, value, trigger } }: { of: Line }) {
  const missing = checks.filter((id) => !findings.some((finding) => finding.id === id));
  return (
    <ul className={css.evidence}>
      {findings.map((finding) => (
        <li key={finding.id}>
          <Found of={finding} />
        </li>
      ))}
      {missing.length > 0 && <li className="muted">not checked yet: {missing.join(', ')}</li>}
      {value !== null && <li>{value}</li>}
      {signature && (
        <li>
          {trigger ? `has it happened? ${signature.result}` : signature.result}, signed by {signature.by}{' '}
          <When at={signature.at} />
          {signature.note !== null && `: ${signature.note}`}
        </li>
      )}
    </ul>
  );
}

function Found({ of: { id, severity, result, evidence, remedy, checkedAt } }: { of: Finding }) {
  const state =
    result === 'pass' ? 'done' : result === 'skipped' ? 'removed' : severity === 'block' ? 'failed' : 'drifted';
  return (
    <>
      <Status of={state} word={id} /> {evidence}
      {remedy !== null && <>. To do: {remedy}</>}{' '}
      <span className="muted">
        (<When at={checkedAt} />)
      </span>
    </>
  );
}
