import type { Schemas } from '../api/client';
import { counted } from '../shared/counted';
import { DataTable } from '../shared/data-table';
import { identifierWord } from '../shared/identifiers';
import { Status } from '../shared/status';
import { When } from '../shared/when';

type Previewed = Schemas['PreviewedResponse'];

/** Before and after, for each of the last responses that would change. */
export function MappingPreview({ preview: { items } }: { preview: Schemas['MappingPreview'] }) {
  const differing = items.filter(({ changed }) => changed.length > 0);
  return (
    <div className="stack" role="status">
      <p>
        <strong>
          {differing.length} of the last {counted(items.length, 'response')} would change.
        </strong>
      </p>
      {differing.length === 0 ? (
        <p>
          <Status of="complete" word="The same is found with this mapping." />
        </p>
      ) : (
        <DataTable
          label="Before and after"
          rows={differing}
          keyOf={({ token }) => token}
          columns={[
            { title: 'Submitted', cell: ({ submittedAt }) => <When at={submittedAt} /> },
            { title: 'Now', cell: (item) => <Values of={item} side="now" /> },
            { title: 'With this mapping', cell: (item) => <Values of={item} side="then" /> },
          ]}
        />
      )}
    </div>
  );
}

function Values({ of: { changed, ...sides }, side }: { of: Previewed; side: 'now' | 'then' }) {
  return (
    <ul>
      {changed.map((key) => (
        <li key={key}>
          {identifierWord(key)}: {sides[side][key]?.value ?? <span className="muted">none</span>}
        </li>
      ))}
    </ul>
  );
}
