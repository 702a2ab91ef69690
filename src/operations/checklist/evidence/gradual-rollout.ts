/** Whether a gradual rollout is shipped: a canary that has steps, as Argo Rollouts takes them. */
import { z } from 'zod';
import { counted } from '../../../core/counted';
import { deployDocuments } from './deploy-files';
import { passed } from '../../check';
import { Evidence, unclear } from './evidence';

const strategy = z.object({ canary: z.object({ steps: z.array(z.unknown()).min(1) }) });

/** A person checks what the load balancer in front of the service actually does. */
export function rolloutEvidence(projectRoot: string): Evidence {
  return {
    id: 'evidence.gradual-rollout',
    severity: 'block',
    title: 'gradual rollout',
    run: () => {
      for (const { file, content } of deployDocuments(projectRoot)) {
        const steps = canarySteps(content);
        if (steps > 0) return passed(`${file}: a canary in ${counted(steps, 'step')}`);
      }
      return unclear('no canary with steps below deploy/', 'run this in a checkout of the release');
    },
  };
}

/** How many steps the first canary in a document has, wherever it is defined: the strategy may be a patch of Kustomize. */
function canarySteps(value: unknown): number {
  const found = strategy.safeParse(value);
  if (found.success) return found.data.canary.steps.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((steps, part) => steps || canarySteps(part), 0);
}
