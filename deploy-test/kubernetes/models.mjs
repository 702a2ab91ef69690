// Which published schema an object is checked against.

const PACKAGES = [
  { group: /^argoproj\.io$/, name: '@kubernetes-models/argo-rollouts' },
  { group: /^monitoring\.coreos\.com$/, name: '@kubernetes-models/prometheus-operator' },
  { group: /^([a-z]+|[a-z.]+\.k8s\.io)?$/, name: 'kubernetes-models' },
];

/** The module that holds the schema and the types of an object, or null when no package has it. */
export function moduleOf({ apiVersion, kind }) {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const found = PACKAGES.find((candidate) => candidate.group.test(group));
  return found ? `${found.name}/${apiVersion}/${kind}` : null;
}

/** How an object is called in messages. */
export const nameOf = ({ kind, metadata }) => `${kind}/${metadata?.name ?? '(no name)'}`;
