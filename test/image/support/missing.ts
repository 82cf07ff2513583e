import { installed } from '../../support/servers.js'

/** What keeps images from being built and run here, as the names of suites say it. */
export const missing: readonly string[] = [
  ...['buildah', 'runc', 'strip'].filter((name) => installed(name) === undefined),
  ...(process.getuid?.() === 0 ? [] : ['root']),
].map((name) => `[needs ${name}]`)
