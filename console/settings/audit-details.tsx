/** The details of an audit entry, a line for each. */
export function AuditDetails({ of }: { of: object }) {
  return (
    <div className="small ids">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <span className="muted">{name}:</span> {inWords(value)}
        </div>
      ))}
    </div>
  );
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inWords).join('; ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, part]) => `${name} ${inWords(part)}`)
      .join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
