import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import css from './filters.module.css';
import { useShortcuts } from './shortcuts';

/** What stands behind the `?` of an address: never anything personal. */
export type Filters = Partial<Record<string, string>>;

/** The filters of the address, and how to change them; an empty value takes one away. Back returns to the ones before. */
export function useFilters(): [Filters, (changes: Filters) => void] {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changes: Filters): void => {
    const next = Object.entries({ ...filters, ...changes }).filter(([, value]) => value !== undefined && value !== '');
    void navigate({ to: '.', search: Object.fromEntries(next) });
  };
  return [filters, change];
}

export function FilterBar({ children }: { children: ReactNode }) {
  return <div className={css.bar}>{children}</div>;
}

/** Searches as one types, after a short pause. `/` leads to it. */
export function SearchBox({
  label,
  value,
  onSearch,
  placeholder = '',
}: {
  label: string;
  value: string;
  onSearch: (text: string) => void;
  placeholder?: string;
}) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const search = useRef(onSearch);
  useEffect(() => {
    search.current = onSearch;
  });
  // Back, or a link, has changed the search.
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  const begin = (): void => {
    setKnown(text);
    search.current(text);
  };
  const started = useRef(begin);
  useEffect(() => {
    started.current = begin;
  });
  useEffect(() => {
    if (text === value) return;
    const pause = setTimeout(() => started.current(), 250);
    return () => clearTimeout(pause);
  }, [text, value]);
  useShortcuts({ '/': () => input.current?.focus() });
  return (
    <input
      ref={input}
      type="search"
      className={css.search}
      aria-label={label}
      placeholder={placeholder || label}
      size={(placeholder || label).length}
      value={text}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text !== value && begin()}
    />
  );
}

/** Several of a few: each can be switched on and off. */
export function Chips({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string;
  options: readonly (readonly [value: string, word: string])[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  return (
    <div role="group" aria-label={label} className={css.chips}>
      {options.map(([value, word]) => {
        const on = chosen.includes(value);
        return (
          <button
            key={value}
            type="button"
            className={css.chip}
            aria-pressed={on}
            onClick={() => onChange(on ? chosen.filter((each) => each !== value) : [...chosen, value])}
          >
            {word}
          </button>
        );
      })}
    </div>
  );
}

export function Choice({
  label,
  value,
  options,
  onChange,
  hideLabel = false,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, word: string])[];
  onChange: (value: string) => void;
  hideLabel?: boolean;
}) {
  const id = useId();
  return (
    <span className={css.choice} data-choice="">
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([option, word]) => (
          <option key={option} value={option}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}
