import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { kubeconfigOf } from '../../support/api-server/credentials.js'
import { directory } from '../../support/mounted.js'
import { bin } from '../cli/support.js'
import type { Server } from '../../support/api-server/start.js'

/** A built controller that runs as a process of its own. */
export interface ControllerProcess {
  readonly child: ChildProcess
  /** What it has logged, parsed. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  /** `workload rolled`, `leads` and so on: how often it was said, of this workload if one is named. */
  readonly said: (msg: string, workload?: string) => number
  /** What it printed that is no line of its log. */
  readonly noise: () => string
  /** Its memory in MB: now, and the most that it ever had. */
  readonly memory: () => { readonly now: number; readonly most: number }
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** None of what is no JSON. */
const parsed = (line: string): readonly Readonly<Record<string, unknown>>[] => {
  try {
    return [JSON.parse(line) as Readonly<Record<string, unknown>>]
  } catch {
    return []
  }
}

/** Starts `hotmount controller` on a double; killed when the test is over. */
export const startController = async (
  server: Server,
  args: readonly string[] = [],
  {
    user = 'controller',
    rules,
    namespace = 'default',
    env = {},
  }: {
    readonly user?: string
    readonly rules?: readonly Rule[]
    readonly namespace?: string
    readonly env?: NodeJS.ProcessEnv
  } = {},
): Promise<ControllerProcess> => {
  server.access.grant(user, rules)
  const file = kubeconfigOf(server, path.join(await directory(), 'kubeconfig'), user, namespace)
  const argv = [bin, 'controller', '--kubeconfig', file, '--log-format', 'json', ...args]
  const listen = args.includes('--listen') ? [] : ['--listen', 'off']
  const child = spawn(process.execPath, [...argv, ...listen], {
    env: { PATH: process.env['PATH'], POD_NAME: user, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const lines = (): readonly string[] => text.split('\n').filter((line) => line !== '')
  const log = (): readonly Readonly<Record<string, unknown>>[] => lines().flatMap(parsed)
  const end = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal)
    return exited
  }
  onTestFinished(async () => void (await end('SIGKILL')))
  return {
    child,
    log,
    said: (msg, workload) =>
      log().filter((line) => line['msg'] === msg && (workload === undefined || line['workload'] === workload))
        .length,
    noise: () =>
      lines()
        .filter((line) => parsed(line).length === 0)
        .join('\n'),
    memory: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      const mb = (name: string): number =>
        Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024)
      return { now: mb('VmRSS'), most: mb('VmHWM') }
    },
    end,
  }
}

/** Waits until the controller has noted so many workloads. */
export const adopted = async (
  server: Server,
  count: number,
  plurals = ['deployments', 'statefulsets', 'daemonsets'],
): Promise<void> => {
  const noted = (): number =>
    plurals
      .flatMap((plural) => server.store.list(plural))
      .filter(({ metadata }) => metadata.annotations?.['hotmount.dev/controller'] !== undefined).length
  await expect.poll(noted, { timeout: 60_000 }).toBe(count)
}
