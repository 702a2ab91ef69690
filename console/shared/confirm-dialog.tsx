import { useState } from 'react';
import { lateDialog } from './late';
import type { Asked } from './question-dialog';

const QuestionDialog = lateDialog<Asked>(() => import('./question-dialog').then((code) => code.default));

/** Asks before something is changed. What draws the dialog is loaded when the first one opens, or before. */
export function ConfirmDialog(asked: Asked) {
  const [wanted, setWanted] = useState(asked.open);
  if (asked.open && !wanted) setWanted(true);
  return wanted && <QuestionDialog {...asked} />;
}
