import { chmodSync, mkdtempSync } from 'node:fs'
import path from 'node:path'
import { simulateMount, type SimulatedMount } from '@hotmount/core/testing'
import { describe, inject, onTestFinished } from 'vitest'
import type { Options } from './bundle.js'
import { type Container, startContainer } from './container.js'
import { type Image, readLayout } from './layout.js'
import { missing } from './missing.js'

/** An image that was built for this run. */
export interface Built extends Image {
  /** Its files, unpacked. Not to be run: that leaves mount points behind. */
  readonly rootfs: string
  /** Runs it until the test is over. */
  start(options?: Options): Promise<Container>
  /** Runs it to its end: exit code and output. */
  outcome(options: Options): Promise<readonly [code: number, output: string]>
}

const read = (image: string): Built => {
  const directory = inject('images')
  const layout = readLayout(path.join(directory, `${image}.oci`))
  const rootfs = path.join(directory, `${image}.rootfs`)
  const start = async (options?: Options): Promise<Container> => {
    const container = await startContainer(directory, rootfs, layout.config, options)
    onTestFinished(() => container[Symbol.asyncDispose]())
    return container
  }
  return {
    ...layout,
    rootfs,
    start,
    outcome: async (options) => {
      const container = await start(options)
      return [await container.exited, container.output]
    },
  }
}
const needs = missing.map((each) => ` ${each}`).join('')

/** A suite about an image. Without the programs for it, its tests are skipped under a name that tells what to install. */
export const describeImage = (name: string, image: string, tests: (built: () => Built) => void): void => {
  describe.skipIf(missing.length > 0)(`${name}${needs}`, () => {
    let built: Built | undefined
    tests(() => (built ??= read(image)))
  })
}

/** A directory for one test, open to all. */
export const place = (): string => {
  const directory = mkdtempSync(path.join(inject('images'), 'place-'))
  chmodSync(directory, 0o777)
  return directory
}

/** A simulated mount for one test, readable by all as a kubelet's is. */
export const volume = async (data: Readonly<Record<string, string>>): Promise<SimulatedMount> => {
  const mount = await simulateMount(data, { path: path.join(place(), 'volume') })
  onTestFinished(() => mount[Symbol.asyncDispose]())
  return mount
}
