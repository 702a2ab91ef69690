import { useMutation } from '@tanstack/react-query';
import { API_BASE } from '../api/client';
import { ApiProblem, unreachable } from '../api/problem';
import { Button } from '../shared/button';
import { Problem } from '../shared/states';

const FORMATS = [
  ['csv', 'CSV'],
  ['xlsx', 'XLSX'],
  ['ndjson', 'NDJSON'],
] as const;

/** Exports exactly what the filters show. */
export function ExportLinks({ filter }: { filter: Record<string, string> }) {
  const save = useMutation({ mutationFn: (format: string) => saveExport(format, filter) });
  return (
    <>
      <span className="muted">Export</span>
      {FORMATS.map(([format, word]) => (
        <Button key={format} busy={save.isPending} onClick={() => save.mutate(format)}>
          {word}
        </Button>
      ))}
      {save.isError && <Problem error={save.error} />}
    </>
  );
}

/** Words that were searched for may name a person, so they do not become the address of a download. */
async function saveExport(format: string, filter: Record<string, string>): Promise<void> {
  const address = `${API_BASE}/v1/responses/export?${new URLSearchParams({ format, ...filter }).toString()}`;
  if (filter.q === undefined) return download(address, `responses.${format}`);
  const answer = await fetch(address, { credentials: 'same-origin' }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw ApiProblem.of(answer.status, await answer.json().catch(() => null));
  const content = URL.createObjectURL(await answer.blob());
  download(content, `responses.${format}`);
  setTimeout(() => URL.revokeObjectURL(content), 60_000);
}

function download(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}
