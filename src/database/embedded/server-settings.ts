import { SOCKET_PORT } from './socket-directory';

/**
 * The settings of the embedded server, as `-c` arguments (they win over postgresql.conf, so that an older data directory
 * runs with the settings of this version).
 * @param extra settings of the caller, which win over all but the address.
 */
export function serverArguments(dataDir: string, host: string, extra: Record<string, string>): string[] {
  const settings: Record<string, string> = {
    // Durable before 2xx: a commit that was reported survives a crash of the machine.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // A small footprint next to the service. No parallel queries: containers have only 64 MB of shared memory.
    shared_buffers: '128MB',
    max_connections: '100',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Only the server's life cycle: statements and error details would carry personal data into the log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: '-1',
    ...extra,
    // No TCP: only the owner of the socket directory (or root) can connect.
    listen_addresses: '',
    unix_socket_directories: host,
    unix_socket_permissions: '0700',
    port: String(SOCKET_PORT),
  };
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
