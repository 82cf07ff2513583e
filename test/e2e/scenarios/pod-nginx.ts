import { expect, vi } from 'vitest'
import { ask } from '../../adapters/servers/nginx-process.js'
import type { Pod, Started } from '../namespace.js'
import { nginxFiles } from './nginx-files.js'

/** An nginx in a container of a pod. */
export interface PodNginx extends Started {
  /** Where its config, pid file and logs are. */
  readonly work: string
  /** The command line that tests its config. */
  readonly check: string
}

/** Starts nginx in a pod, with the files of this directory, and waits until it answers on the port. */
export const startPodNginx = async (pod: Pod, directory: string, port: number): Promise<PodNginx> => {
  const files = nginxFiles(`${directory}/*.conf`)
  const started = pod.run(files.argv)
  await vi.waitFor(async () => expect(await ask(port)).not.toBe('ECONNREFUSED'), 10_000)
  return { ...started, work: files.work, check: files.with('-t', '-q') }
}
