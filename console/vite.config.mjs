// Builds the console into dist/console/. Addresses are relative: the service says in <base href> below which path it is served.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: false,
  define: { __VERSION__: JSON.stringify(version) },
  // For `npm run console:dev`, beside a service that runs.
  server: { proxy: { '/v1': 'http://127.0.0.1:3000', '/auth': 'http://127.0.0.1:3000' } },
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // The policy allows neither inline styles nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome111', 'firefox114', 'safari16.4'],
    reportCompressedSize: false,
    rolldownOptions: {
      // Libraries mark what runs in a browser for servers that render; here everything does.
      checks: { pluginTimings: false },
      onLog: (level, log, report) => void (log.code === 'MODULE_LEVEL_DIRECTIVE' || report(level, log)),
    },
  },
});
