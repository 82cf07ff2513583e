import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { splitWords } from '../../../packages/adapters/src/cli/words.js'
import { bin } from '../../adapters/cli/support.js'
import { scratch } from '../../adapters/process/children.js'
import { freePort } from '../../support/free-port.js'
import { installed } from '../../support/servers.js'
import type { Pod, Started } from '../namespace.js'

/** Starts a server, and ends it with the test. */
export const startServer = (
  name: string,
  args: readonly string[],
): { readonly err: () => string; readonly pid: number } => {
  const child = spawn(installed(name) ?? name, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return { err: () => err, pid: child.pid ?? 0 }
}

/** A command line as it is published, in words. */
export const line = (text: string): string[] => splitWords(text, 'line')

/** Starts the built command in a container of the pod, with this environment and no other words than these. */
export const startSidecar = (
  pod: Pod,
  env: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  before: readonly string[] = [],
): Started =>
  pod.run([
    ...before,
    'env',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    process.execPath,
    bin,
    ...words,
  ])

/** Waits for a text in what a program has logged, so many times. */
export const logs = (program: Pick<Started, 'err'>, text: string, times = 1): Promise<void> =>
  vi.waitFor(
    () => {
      const found = program.err().split(text).length - 1
      if (found < times) throw new Error(`${text} was logged ${found} times, but:\n${program.err()}`)
    },
    { timeout: 20_000, interval: 20 },
  )

/** A Prometheus that runs. */
export interface RunningPrometheus {
  readonly url: string
  /** The config that is in effect. */
  readonly config: () => Promise<string>
  /** The value of the one series that a query finds; undefined when it finds none. */
  readonly query: (expression: string) => Promise<number | undefined>
}

/** Starts Prometheus with a config file, and waits until it answers. */
export const startPrometheus = async (configFile: string, given?: number): Promise<RunningPrometheus> => {
  const port = given ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const data = join(scratch(), 'data')
  mkdirSync(data)
  const { err } = startServer('prometheus', [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
    '--web.enable-lifecycle',
  ])
  await vi.waitFor(
    async () => {
      const ready = await fetch(`${url}/-/ready`).catch(() => undefined)
      if (ready?.status !== 200) throw new Error(`Prometheus is not ready: ${err()}`)
    },
    { timeout: 20_000, interval: 50 },
  )
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/api/v1/${path}`)).json()
  return {
    url,
    config: async () => ((await get('status/config')) as { data: { yaml: string } }).data.yaml,
    query: async (expression) => {
      const answer = await get(`query?query=${encodeURIComponent(expression)}`)
      const { result } = (answer as { data: { result: { value: [number, string] }[] } }).data
      return result[0] === undefined ? undefined : Number(result[0].value[1])
    },
  }
}
