import { Dialog } from '@base-ui/react/dialog';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
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

/** The dialog itself; `ConfirmDialog` loads it. A change under way cannot be taken back: the dialog stays until it says what became of it. */
export default function QuestionDialog({ open, onClose, onConfirm, title, wide, ...rest }: Asked) {
  const change = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  const close = (): void => {
    if (change.isPending) return;
    change.reset();
    onClose();
  };
  return (
    <Dialog.Root open={open} onOpenChange={(isOpen) => isOpen || close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={`${dialog.popup} ${css.popup} ${wide ? css.wide : ''}`}>
          <Dialog.Title className={css.title}>{title}</Dialog.Title>
          <Question change={change} onClose={close} {...rest} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Question({
  action,
  danger,
  typed,
  notYet,
  children,
  change,
  onClose,
}: Omit<Asked, 'open' | 'title' | 'onConfirm'> & { change: UseMutationResult<unknown, Error, void> }) {
  const [word, setWord] = useState('');
  const ready = !notYet && (typed === undefined || word.trim() === typed);
  return (
    <form
      className={css.question}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !change.isPending) change.mutate();
      }}
      // What was refused is no longer what is asked.
      onChange={() => change.isError && change.reset()}
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
          <Button busy={change.isPending} onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} disabled={!ready} busy={change.isPending}>
            {action}
          </Button>
        </div>
      </div>
    </form>
  );
}
