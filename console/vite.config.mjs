// Builds the console into dist/console/. Addresses are relative: the service says in <base href> below which path it is served.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Writes compressed copies next to each file, for the service to send: good compression is too slow at startup. */
const compressedCopies = {
  name: 'compressed-copies',
  apply: 'build',
  writeBundle: ({ dir }, bundle) => {
    for (const name of Object.keys(bundle).filter((file) => /\.(js|css|svg)$/.test(file))) {
      const content = readFileSync(join(dir, name));
      for (const [ending, smaller] of [
        ['.br', brotliCompressSync(content)],
        ['.gz', gzipSync(content)],
      ]) {
        if (smaller.length < content.length) writeFileSync(join(dir, name + ending), smaller);
      }
    }
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: false,
  plugins: [compressedCopies],
  define: { __VERSION__: JSON.stringify(version) },
  // For `npm run console:dev`, beside a service that runs.
  server: { fs: { allow: ['..'] }, proxy: { '/v1': 'http://127.0.0.1:3000', '/auth': 'http://127.0.0.1:3000' } },
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // The policy allows neither inline styles nor data: addresses.
    assetsInlineLimit: 0,
    // All styles come with the first load: a few KB, and no screen that is loaded later lacks its own.
    cssCodeSplit: false,
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
