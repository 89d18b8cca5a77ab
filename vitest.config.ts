import { defineConfig } from 'vitest/config';
import { svelte } from '@sveltejs/vite-plugin-svelte';

const constants = { __APP_VERSION__: '"test"', __ORT_VERSION__: '"test"' };

export default defineConfig({
  define: constants,
  plugins: [svelte()],
  // Svelte's client build, so that `.svelte.ts` state can be tested without a server-side variant.
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  test: {
    include: ['tests/unit/**/*.test.ts', 'tests/contract/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
  },
});
