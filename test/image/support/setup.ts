import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startBuilder } from './builder.js'
import { missing } from './missing.js'
import { readLayout } from './layout.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the images of this run are: `NAME.oci` and `NAME.rootfs`. */
    readonly images: string
  }
}

/** Builds every image once for all test files. */
// oxlint-disable-next-line import/no-default-export -- what vitest wants of a global set-up
export default function setUp(project: TestProject): (() => void) | undefined {
  project.provide('images', '')
  if (missing.length > 0) return undefined
  const builder = startBuilder({ 'nginxinc/nginx-unprivileged:bookworm': '101' })
  try {
    builder.build('Dockerfile', 'hotmount')
    builder.build('examples/nginx-wrapper/Dockerfile', 'nginx-hotmount', { HOTMOUNT: 'localhost/hotmount' })
    for (const name of ['hotmount', 'nginx-hotmount'])
      readLayout(builder.layout(name)).unpack(path.join(builder.directory, `${name}.rootfs`))
  } catch (error) {
    builder.close()
    throw error
  }
  project.provide('images', builder.directory)
  return () => builder.close()
}
