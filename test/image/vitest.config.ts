import path from 'node:path'
import { defineConfig, mergeConfig } from 'vitest/config'
import common from '../../vitest.config.js'

// Not part of `npm test`: it builds an image first, and needs root. npm run test:image
export default mergeConfig(
  { ...common, test: { ...common.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/image/*.test.ts'],
      globalSetup: path.join(import.meta.dirname, 'support/setup.ts'),
      testTimeout: 60_000,
    },
  }),
)
