import { Dialog } from '@base-ui/react/dialog';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Button } from './button';
import dialog from './dialog.module.css';
import css from './question-dialog.module.css';
import { Problem } from './states';

export interface Asked {
  open: boolean;
  onClose: () => void;
  title: string;
  /** The name of the action; its button bears it. */
  action: string;
  danger?: boolean;
  /** A word that must be typed first. */
  typed?: string;
  /** Something else is still to be chosen or is being looked up. */
  notYet?: boolean;
  wide?: boolean;
  children?: ReactNode;
  /** Closes the dialog when it resolves; when it rejects, the dialog says why. */
  onConfirm: () => Promise<unknown>;
}

/** The dialog itself; `ConfirmDialog` loads it. */
export default function QuestionDialog({ open, onClose, title, wide, ...rest }: Asked) {
  return (
    <Dialog.Root open={open} onOpenChange={(isOpen) => isOpen || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={`${dialog.popup} ${css.popup} ${wide ? css.wide : ''}`}>
          <Dialog.Title className={css.title}>{title}</Dialog.Title>
          <Question onClose={onClose} {...rest} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Question({ action, danger, typed, notYet, children, onConfirm, onClose }: Omit<Asked, 'open' | 'title'>) {
  const [word, setWord] = useState('');
  const change = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  const ready = !notYet && (typed === undefined || word.trim() === typed);
  return (
    <form
      className={css.question}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !change.isPending) change.mutate();
      }}
    >
      {children}
      {typed !== undefined && (
        <label className={css.typed}>
          <span>
            Type <strong>{typed}</strong> to confirm
          </span>
          <input value={word} onChange={(event) => setWord(event.target.value)} autoComplete="off" spellCheck={false} />
        </label>
      )}
      <div className={css.foot}>
        {change.isError && <Problem error={change.error} />}
        <div className={css.buttons}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} disabled={!ready} busy={change.isPending}>
            {action}
          </Button>
        </div>
      </div>
    </form>
  );
}
