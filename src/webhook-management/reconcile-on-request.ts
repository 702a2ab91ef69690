import { Injectable } from '@nestjs/common';
import type { CallOptions } from '../typeform/typeform-api';
import { AllFormsReconciler } from './all-forms-reconciler';
import type { FormReport } from './form-reconciler';
import { FormReconciler } from './form-reconciler';
import type { ReconcileResult } from './webhooks.dto';
import { WebhooksService } from './webhooks.service';

/** Stays below the 25 s a request may take: with many forms the periodic pass does the rest. */
const MAX_DURATION_MS = 20_000;

/** Reconciling on demand: ignores the back-off of earlier repairs, and its calls take precedence over background ones. */
@Injectable()
export class ReconcileOnRequest {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly loop: AllFormsReconciler,
    private readonly reconciler: FormReconciler,
  ) {}

  /** All webhooks, or as many as fit into 20 s. A pass that another process is making is waited for, and said if it takes longer. */
  async all(requestId: string | null): Promise<ReconcileResult> {
    const signal = AbortSignal.timeout(MAX_DURATION_MS);
    const unreadable = new UnreadableCount();
    const call: CallOptions = { priority: 'interactive', signal, requestId, onUnreadable: unreadable.add };
    const report = await this.loop.pass(call, { force: true, wait: true });
    const { finished, madeElsewhere } = report;
    return { ...toResult(report), unreadable: unreadable.total, finished, madeElsewhere };
  }

  /** One webhook. Throws `not_found`. */
  async one(id: string, requestId: string | null): Promise<ReconcileResult> {
    const { formId } = await this.webhooks.get(id);
    const unreadable = new UnreadableCount();
    const call: CallOptions = { priority: 'interactive', requestId, onUnreadable: unreadable.add };
    const report = await this.reconciler.reconcileForm(formId, call, { id, force: true });
    return { ...toResult(report), unreadable: unreadable.total, finished: true, madeElsewhere: false };
  }
}

/** Webhooks in Typeform's lists that could not be read. */
class UnreadableCount {
  total = 0;
  readonly add = (count: number): void => void (this.total += count);
}

function toResult({ webhooks, strays }: FormReport): Pick<ReconcileResult, 'checked' | 'differed' | 'strays'> {
  return { checked: webhooks.length, differed: webhooks.filter(({ action }) => action !== 'none'), strays };
}
