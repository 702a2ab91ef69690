/** Whether a gradual rollout is shipped: an Argo Rollout whose canary has steps. */
import { z } from 'zod';
import { deployDocuments } from './deploy-files';
import { Evidence, shows, unclear } from './evidence';

const rollout = z.object({
  kind: z.literal('Rollout'),
  spec: z.object({ strategy: z.object({ canary: z.object({ steps: z.array(z.unknown()).min(1) }) }) }),
});

/** What the balancer in front of the service really does, a person looks at. */
export function rolloutEvidence(projectRoot: string): Evidence {
  return {
    id: 'evidence.gradual-rollout',
    title: 'gradual rollout',
    look: () => {
      for (const { file, content } of deployDocuments(projectRoot)) {
        const found = rollout.safeParse(content);
        if (found.success) return shows(`${file}: a canary in ${found.data.spec.strategy.canary.steps.length} steps`);
      }
      return unclear('no Rollout with canary steps below deploy/', 'run this in a checkout of the release');
    },
  };
}
