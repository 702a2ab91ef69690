import type { ButtonHTMLAttributes } from 'react';
import css from './button.module.css';

type Kind = 'primary' | 'danger' | 'plain' | 'quiet';

/** `busy` says that what it asked for is under way; it can be focused still. */
export function Button({
  kind = 'plain',
  busy = false,
  className = '',
  type = 'button',
  onClick,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: Kind; busy?: boolean }) {
  return (
    <button
      type={type}
      className={`${css.button} ${css[kind]} ${className}`}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
      {...rest}
    />
  );
}
