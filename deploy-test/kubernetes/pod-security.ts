/** The rules of the Pod Security Standard "restricted" (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containersOf } from './pods';

const SAFE_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SAFE_SELINUX_TYPES = [undefined, '', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const SAFE_PROFILES = ['RuntimeDefault', 'Localhost'];

type Rule = (spec: IPodSpec) => boolean;

/** Each control by its name in the standard: whether a pod keeps it. */
export const RULES: Record<string, Rule> = {
  // Baseline, which "restricted" includes.
  HostProcess: (spec) => every(spec, ({ windowsOptions }) => windowsOptions?.hostProcess !== true),
  'Host Namespaces': ({ hostNetwork, hostPID, hostIPC }) => ![hostNetwork, hostPID, hostIPC].includes(true),
  'Privileged Containers': (spec) => every(spec, ({ privileged }) => privileged !== true),
  'Host Ports': (spec) =>
    containersOf(spec).every(({ ports = [] }) => ports.every(({ hostPort }) => (hostPort ?? 0) === 0)),
  'Host Probes / Lifecycle Hooks': (spec) => containersOf(spec).every((container) => hostsOf(container).length === 0),
  AppArmor: (spec) => every(spec, ({ appArmorProfile }) => appArmorProfile?.type !== 'Unconfined'),
  SELinux: (spec) =>
    every(
      spec,
      ({ seLinuxOptions }) =>
        SAFE_SELINUX_TYPES.includes(seLinuxOptions?.type) && !seLinuxOptions?.user && !seLinuxOptions?.role,
    ),
  '/proc Mount Type': (spec) =>
    containersOf(spec).every(({ securityContext }) => (securityContext?.procMount ?? 'Default') === 'Default'),
  Sysctls: ({ securityContext }) => (securityContext?.sysctls ?? []).every(({ name }) => SAFE_SYSCTLS.includes(name)),
  // Restricted. `Volume Types` includes the rule about hostPath volumes.
  'Volume Types': ({ volumes = [] }) =>
    volumes.every((volume) => Object.keys(volume).every((key) => key === 'name' || SAFE_VOLUMES.includes(key))),
  'Privilege Escalation': (spec) =>
    containersOf(spec).every(({ securityContext }) => securityContext?.allowPrivilegeEscalation === false),
  'Running as Non-root': (spec) => inEffect(spec, ({ runAsNonRoot }) => runAsNonRoot === true),
  'Running as Non-root user': (spec) => every(spec, ({ runAsUser }) => runAsUser !== 0),
  Seccomp: (spec) => inEffect(spec, ({ seccompProfile }) => SAFE_PROFILES.includes(seccompProfile?.type ?? '')),
  Capabilities: (spec) =>
    containersOf(spec).every(({ securityContext }) => {
      const { drop = [], add = [] } = securityContext?.capabilities ?? {};
      return drop.includes('ALL') && add.every((capability) => capability === 'NET_BIND_SERVICE');
    }),
};

type Context = NonNullable<IPodSpec['securityContext']> & NonNullable<IContainer['securityContext']>;

/** The context of the pod and that of each container, each on its own. */
function every(spec: IPodSpec, isSafe: (context: Context) => boolean): boolean {
  return [spec.securityContext, ...containersOf(spec).map(({ securityContext }) => securityContext)].every((context) =>
    isSafe({ ...context }),
  );
}

/** What is in force for each container: its own context, else the pod's. */
function inEffect(spec: IPodSpec, isSafe: (context: Context) => boolean): boolean {
  return containersOf(spec).every(({ securityContext }) => isSafe({ ...spec.securityContext, ...securityContext }));
}

function hostsOf({ startupProbe, livenessProbe, readinessProbe, lifecycle }: IContainer): string[] {
  return [startupProbe, livenessProbe, readinessProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].flatMap((host) => host ?? []),
  );
}
