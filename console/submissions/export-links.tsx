import { useMutation } from '@tanstack/react-query';
import { Button } from '../shared/button';
import { download, downloadPrivately } from '../shared/download';
import { Problem } from '../shared/states';

const FORMATS = [
  ['csv', 'CSV'],
  ['xlsx', 'XLSX'],
  ['ndjson', 'NDJSON'],
] as const;

/** Exports exactly what the filters show. The search text may contain a person's name. */
export function ExportLinks({ filter }: { filter: Record<string, string | undefined> }) {
  const save = useMutation({
    mutationFn: async (format: string) => {
      const query = { format, ...filter };
      const [path, name] = ['/v1/responses/export', `responses.${format}`] as const;
      if (filter.q === undefined) download(path, query, name);
      else await downloadPrivately(path, query, name);
    },
  });
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
