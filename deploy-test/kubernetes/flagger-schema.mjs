// What Flagger's custom resource definitions (flagger.app/v1beta1) say about the fields that this project uses. No package has
// them; a field that is not named here is refused, so that a misspelt one is found.
import { z } from 'zod';

const duration = z.string().regex(/^\d+(m|s)$/);
const reference = (...kinds) => z.strictObject({ apiVersion: z.string(), kind: z.enum(kinds), name: z.string() });
const metadata = z.looseObject({ name: z.string() });
const head = (kind) => ({ apiVersion: z.literal('flagger.app/v1beta1'), kind: z.literal(kind), metadata });

const metric = z.strictObject({
  name: z.string(),
  interval: duration.optional(),
  thresholdRange: z.strictObject({ min: z.number().optional(), max: z.number().optional() }).optional(),
  templateRef: z.strictObject({ name: z.string(), namespace: z.string().optional() }).optional(),
  templateVariables: z.record(z.string(), z.string()).optional(),
});

const analysis = z
  .strictObject({
    interval: duration,
    threshold: z.number(),
    iterations: z.number().optional(),
    maxWeight: z.number().optional(),
    stepWeight: z.number().optional(),
    stepWeights: z.array(z.number()).optional(),
    metrics: z.array(metric).optional(),
  })
  .refine(
    ({ iterations, stepWeight, stepWeights }) =>
      [iterations, stepWeight, stepWeights].filter((way) => way !== undefined).length === 1,
    'must have exactly one of iterations, stepWeight, stepWeights',
  );

/** By kind: what checks an object of it. */
export const FLAGGER = {
  Canary: z.strictObject({
    ...head('Canary'),
    spec: z.strictObject({
      provider: z.enum(['nginx']).optional(),
      targetRef: reference('DaemonSet', 'Deployment', 'Service'),
      autoscalerRef: reference('HorizontalPodAutoscaler', 'ScaledObject').optional(),
      ingressRef: reference('Ingress').optional(),
      progressDeadlineSeconds: z.number().optional(),
      service: z
        .strictObject({
          name: z.string().optional(),
          port: z.number(),
          portName: z.string().optional(),
          targetPort: z.union([z.string(), z.number()]).optional(),
        })
        .optional(),
      analysis,
    }),
  }),
  MetricTemplate: z.strictObject({
    ...head('MetricTemplate'),
    spec: z.strictObject({
      provider: z.strictObject({ type: z.literal('prometheus'), address: z.url() }),
      query: z.string().min(1),
    }),
  }),
};
