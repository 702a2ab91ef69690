import { AnswerValue } from './answer-value';

/** A link to an uploaded file. Typeform stores it and requires a sign-in there; nothing is loaded here. */
export function FileAnswer({ value }: { value: unknown }) {
  const address = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (!address || !/^https?:$/.test(address.protocol)) return <AnswerValue value={value} />;
  return (
    <>
      <a href={address.href} rel="noreferrer noopener" target="_blank">
        <bdi dir="auto">{nameOf(address)}</bdi>
      </a>{' '}
      <span className="muted small">A file, kept at {address.host}</span>
    </>
  );
}

/** The last part of its path. */
function nameOf({ pathname, host }: URL): string {
  const part = pathname.split('/').findLast(Boolean) ?? host;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
