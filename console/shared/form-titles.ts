import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ask } from '../api/client';

const MOST = 200;

/** The forms that are known here, newest first. */
export const useForms = () =>
  useQuery({
    queryKey: ['forms', 'all'],
    queryFn: () => ask(api.GET('/v1/forms', { params: { query: { limit: MOST } } })),
    staleTime: 60_000,
  });

/** What people call a form, with its id where others are called the same; its id alone where it is not known. */
export function useFormTitle(): (formId: string) => string {
  const forms = useForms().data?.items;
  return useMemo(() => {
    const titles = (forms ?? []).flatMap(({ title }) => title ?? []);
    const shared = new Set(titles.filter((title, at) => titles.indexOf(title) !== at));
    const words = new Map(
      forms?.map(({ formId, title }) => [formId, title && shared.has(title) ? `${title} (${formId})` : title]),
    );
    return (formId) => words.get(formId) ?? formId;
  }, [forms]);
}

/** For a choice of forms. */
export function useFormOptions(): (readonly [value: string, word: string])[] {
  const titleOf = useFormTitle();
  const forms = useForms().data?.items ?? [];
  return [['', 'All forms'], ...forms.map(({ formId }) => [formId, titleOf(formId)] as const)];
}
