import { lazy, Suspense, useState } from 'react';
import type { Asked } from './question-dialog';

const QuestionDialog = lazy(() => import('./question-dialog'));

/** Asks before something is changed. What draws the dialog is loaded when the first one opens. */
export function ConfirmDialog(asked: Asked) {
  const [wanted, setWanted] = useState(asked.open);
  if (asked.open && !wanted) setWanted(true);
  return <Suspense>{wanted && <QuestionDialog {...asked} />}</Suspense>;
}
