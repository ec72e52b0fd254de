import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

/**
 * Tests that run native code get a process each, one at a time: TensorFlow uses every core.
 * @param {string} name
 * @param {string[]} include
 * @param {number} testTimeout
 */
const native = (name, include, testTimeout) => ({
  extends: /** @type {const} */ (true),
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    pool: /** @type {const} */ ('forks'),
    fileParallelism: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      {
        extends: true,
        plugins: [svelte(), svelteTesting()],
        test: {
          name: 'component',
          include: ['test/component/**/*.test.ts'],
          environment: 'jsdom',
          testTimeout: 30_000,
        },
      },
      native('models', ['test/models/**/*.test.ts'], 300_000),
      native('store', ['test/store/**/*.test.ts', 'test/jobs/**/*.test.ts'], 300_000),
      native('e2e', ['test/e2e/**/*.test.ts'], 300_000),
    ],
  },
});
