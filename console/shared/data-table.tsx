import { Link, type LinkProps } from '@tanstack/react-router';
import { memo, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useShortcuts } from './shortcuts';
import css from './data-table.module.css';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  numeric?: boolean;
  /** Short, and hard to read in two lines. */
  whole?: boolean;
  /** Codes that are read as words, such as actions: not broken to make room for longer columns. */
  words?: boolean;
}

/** An address of the console. */
export type LinkTarget = Pick<LinkProps, 'to' | 'params' | 'search'>;

export interface TableOf<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  /** Where a row leads; the first column is its link. */
  linkOf?: (row: Row) => LinkTarget;
  /** `r` on a focused row. */
  onReplay?: (row: Row) => void;
}

/**
 * A list. Rows that lead somewhere can be focused (Tab, or j and k) and opened with Enter or a click; their link opens in a new tab
 * as any other. On a narrow screen each row is a block of its own.
 */
export function DataTable<Row>({ label, rows, columns, keyOf, linkOf, onReplay }: TableOf<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const step = (by: number): void => {
    const all = [...(body.current?.querySelectorAll<HTMLElement>('tr[tabindex]') ?? [])];
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    next?.focus();
  };
  useShortcuts({ j: () => step(1), k: () => step(-1) });

  return (
    <div className={css.frame} data-frame="">
      <table className={css.table} role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ title, numeric }) => (
              <th key={title} role="columnheader" scope="col" className={numeric ? css.numeric : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body}>
          {rows.map((row) => (
            <Line key={keyOf(row)} row={row} columns={columns} linkOf={linkOf} onReplay={onReplay} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Drawn again only when something of it has changed: a list may hold thousands. */
const Line = memo(LineOf) as typeof LineOf;

function LineOf<Row>({
  row,
  columns,
  linkOf,
  onReplay,
}: Pick<TableOf<Row>, 'columns' | 'linkOf' | 'onReplay'> & { row: Row }) {
  const link = linkOf?.(row);
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') event.currentTarget.querySelector<HTMLAnchorElement>('a[data-opens]')?.click();
    if (event.key === 'r' && onReplay) {
      event.preventDefault();
      onReplay(row);
    }
  };
  const onClick = (event: MouseEvent<HTMLTableRowElement>): void => {
    const target = event.target as HTMLElement;
    if (target.closest('a, button, input, label') || window.getSelection()?.toString()) return;
    event.currentTarget.querySelector<HTMLAnchorElement>('a[data-opens]')?.click();
  };
  return (
    <tr
      role="row"
      tabIndex={link ? 0 : undefined}
      className={link ? css.opens : undefined}
      onKeyDown={link && onKeyDown}
      onClick={link && onClick}
    >
      {columns.map(({ title, cell, numeric, whole, words }, at) => (
        <td
          key={title}
          role="cell"
          data-label={title}
          className={numeric ? css.numeric : whole ? css.whole : words ? css.words : undefined}
        >
          {/* One element, however much it holds: on a narrow screen it stands beside its label. */}
          <div className={css.cell}>
            {link && at === 0 ? (
              <Link {...link} data-opens="" tabIndex={-1} className={css.link}>
                {cell(row)}
              </Link>
            ) : (
              cell(row)
            )}
          </div>
        </td>
      ))}
    </tr>
  );
}
