import { defineConfig } from 'vitest/config'
import { takeKubeconfig } from './test/support/real-server/setting.js'
import { SkipsReporter } from './test/support/skips-reporter.js'

const conditions = ['@hotmount/source', 'node', 'import', 'default']

const kubeconfig = takeKubeconfig()
const isReal = kubeconfig !== null

export default defineConfig({
  // Tests run against the sources: no build needed first. Tests that spawn a process use the built files.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Images are built by a run of their own: npm run test:image
    exclude: ['**/node_modules/**', '**/dist/**', 'test/image/**'],
    reporters: ['default', new SkipsReporter()],
    provide: { kubeconfig },
    pool: 'forks',
    // Tests on a real server share its two cores with it.
    maxWorkers: isReal ? 1 : 2,
    unstubEnvs: true,
    // A .pyc of the same second and size as the edited source is taken for up to date: the tests edit that fast.
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    testTimeout: isReal ? 60_000 : 20_000,
    // A real API server is some milliseconds away, and its controllers take their time.
    ...(isReal && { expect: { poll: { timeout: 20_000 } } }),
  },
})
