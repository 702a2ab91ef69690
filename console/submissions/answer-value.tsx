import { EMail } from '../shared/e-mail';

/** What somebody answered, as text. Nothing that a respondent wrote is ever markup, and only web addresses become links. */
export function AnswerValue({ value, short = false }: { value: unknown; short?: boolean }) {
  const text = inWords(value);
  if (short && text.length > SHORT) return `${text.slice(0, SHORT)} …`;
  if (/^https?:\/\/\S+$/.test(text)) {
    return (
      <a href={text} rel="noreferrer noopener" target="_blank">
        {text}
      </a>
    );
  }
  return (
    <bdi className="answer" dir="auto">
      {/^[^\s@]+@[^\s@]+$/.test(text) ? <EMail of={text} /> : text}
    </bdi>
  );
}

const SHORT = 120;

/** Texts, numbers, choices (`labels`, `label`, `other`) and whatever else Typeform may send. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  const { label, labels, other } = value as Record<string, unknown>;
  const chosen = [label, ...(Array.isArray(labels) ? (labels as unknown[]) : []), other].filter(
    (part) => typeof part === 'string',
  );
  return chosen.length > 0 ? chosen.join(', ') : JSON.stringify(value);
}
