import { defineConfig } from 'vitest/config'
import { SkipsReporter } from './test/support/skips-reporter.js'

const conditions = ['@hotmount/source', 'node', 'import', 'default']

export default defineConfig({
  // Tests run against the sources: no build needed first. Tests that spawn a process use the built files.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Images are built by a run of their own: npm run test:image
    exclude: ['**/node_modules/**', '**/dist/**', 'test/image/**'],
    reporters: ['default', new SkipsReporter()],
    pool: 'forks',
    maxWorkers: 2,
    unstubEnvs: true,
    // A .pyc of the same second and size as the edited source is taken for up to date: the tests edit that fast.
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    testTimeout: 20_000,
  },
})
