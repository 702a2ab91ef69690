import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../api/client';

const MOST = 200;

/** The forms that are known here, newest first. */
export const useForms = () =>
  useQuery({
    queryKey: ['forms', 'all'],
    queryFn: () => ask(api.GET('/v1/forms', { params: { query: { limit: MOST } } })),
    staleTime: 60_000,
  });

/** What people call a form; its id where it is not known. */
export function useFormTitle(): (formId: string) => string {
  const titles = new Map(useForms().data?.items.map(({ formId, title }) => [formId, title]));
  return (formId) => titles.get(formId) ?? formId;
}

/** For a choice of forms. */
export function useFormOptions(): (readonly [value: string, word: string])[] {
  const forms = useForms().data?.items ?? [];
  return [['', 'All forms'], ...forms.map(({ formId, title }) => [formId, title ?? formId] as const)];
}
