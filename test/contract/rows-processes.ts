import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { AnyReaction, Snapshot } from '@hotmount/core'
import { type Argv, processNamed, signal, supervise, type Supervisor } from '@hotmount/adapters/process'
import { disposition } from '../../packages/adapters/src/process/proc.js'
import { readMasks, readProcess } from '../../packages/adapters/src/process/procfs.js'
import { type Ground, type Row, secret, type Stand, type Stuck } from './row.js'

/** A server with two workers: each shows the version that was mounted when it started. */
const program = `
  const { spawn } = require('node:child_process')
  const { copyFileSync } = require('node:fs')
  const [mount, shown] = process.argv.slice(1)
  const start = () => spawn('sleep', ['600'], { stdio: 'ignore' })
  const load = () => copyFileSync(mount + '/version', shown)
  let workers = [start(), start()]
  process.on('SIGHUP', () => {
    load()
    const old = workers
    workers = [start(), start()]
    old.forEach((worker) => worker.kill('SIGKILL'))
  })
  process.on('exit', () => workers.forEach((worker) => worker.kill('SIGKILL')))
  process.on('SIGTERM', () => process.exit(0))
  load()`

const added = (snapshot: Snapshot): NodeJS.ProcessEnv => ({
  VERSION: snapshot.text('version'),
  TOKEN: snapshot.text('token'),
})

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
const untilTrue = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => void setTimeout(resolve, 10))
}

/** Which version a child was started with. A file that it writes may be empty for as long as the disk is busy. */
const versionOf = ({ pid }: Supervisor): string | undefined =>
  /(?:^|\0)VERSION=([^\0]*)/.exec(textOf(`/proc/${pid}/environ`) ?? '')?.[1]

const check = (mount: string): Argv => ['sh', '-c', 'cat "$0/config"; grep -q ^v "$0/version"', mount]

const isReady = (pid: number, name: NodeJS.Signals): boolean => {
  const masks = readMasks(pid)
  return masks !== undefined && disposition(masks, constants.signals[name]) === 'ready'
}

/** Stops a process that is ready for a signal in its tracks: what it is sent from now on waits. */
const freeze = async (pid: number, name: NodeJS.Signals): Promise<void> => {
  for (;;) {
    await untilTrue(() => isReady(pid, name))
    process.kill(pid, 'SIGSTOP')
    await untilTrue(() => readProcess(pid)?.state === 'T')
    if (isReady(pid, name)) return
    process.kill(pid, 'SIGCONT')
  }
}

/** A reaction whose target stands still, with this signal waiting already or not. */
export const frozen = async (
  reaction: AnyReaction,
  pid: number,
  name: NodeJS.Signals,
  { pending = false } = {},
): Promise<Stuck> => {
  await freeze(pid, name)
  if (pending) process.kill(pid, name)
  return { reaction, free: () => process.kill(pid, 'SIGCONT') }
}

const signalled = async (
  { mount, work, publish, defer }: Ground,
  name: string,
  reactionOf: (child: Supervisor, options: Parameters<typeof signal>[2]) => AnyReaction,
): Promise<Stand> => {
  await publish({ version: 'v1', config: secret })
  const shown = join(work, 'version')
  const child = supervise([
    'bash',
    '-c',
    `exec -a ${name} "$0" "$@"`,
    process.execPath,
    '-e',
    program,
    mount,
    shown,
  ])
  defer(() => child.stop())
  await untilTrue(() => textOf(shown) !== undefined)
  const reaction = reactionOf(child, { check: check(mount), verify: 'newWorkers' })
  const unchecked = reactionOf(child, { verify: 'newWorkers' })
  const pid = child.pid ?? 0
  return {
    reaction,
    good: (version) => ({ version, config: secret }),
    inEffect: () => textOf(shown),
    bad: { data: { version: 'x', config: `${secret}\n` }, outcome: 'rejected', code: 'CHECK_FAILED' },
    stuck: {
      check: () => ({ reaction: reactionOf(child, { check: ['sleep', '60'] }) }),
      apply: () => frozen(unchecked, pid, 'SIGHUP', { pending: true }),
      verify: () => frozen(unchecked, pid, 'SIGHUP'),
    },
  }
}

/** Adapters that act on one process. */
export const rowsOfProcesses: readonly Row[] = [
  {
    name: 'signal',
    build: (ground) =>
      signalled(ground, 'hm-contract', (_child, options) =>
        signal(processNamed('hm-contract'), 'SIGHUP', options),
      ),
  },
  {
    name: 'Supervisor.signal',
    build: (ground) =>
      signalled(ground, 'hm-supervised', (child, options) => child.signal('SIGHUP', options)),
  },
  {
    name: 'Supervisor.restart',
    skips: { 'gives up check': 'it has no check: a child says by staying whether it takes its environment' },
    build: async ({ work, defer }) => {
      const script = 'case $VERSION in v*) exec sleep 600;; *) exit 9;; esac'
      const env = { ...process.env, VERSION: 'v1' }
      const child = supervise(['sh', '-c', script], { env, restart: 'always' })
      defer(() => child.stop())
      const deaf = supervise(
        ['sh', '-c', `trap '' TERM; echo >"$0"; while :; do sleep 0.1; done`, join(work, 'deaf')],
        {
          grace: '3s',
        },
      )
      defer(() => {
        // Its time to stop is not what is looked at here.
        if (deaf.pid !== undefined) process.kill(-deaf.pid, 'SIGKILL')
        return deaf.stop()
      })
      await untilTrue(() => versionOf(child) !== undefined && textOf(join(work, 'deaf')) !== undefined)
      const reaction = child.restart({ env: added })
      return {
        reaction,
        good: (version) => ({ version, token: secret }),
        inEffect: () => versionOf(child),
        bad: { data: { version: 'bad', token: secret }, outcome: 'rolledBack', code: 'VERIFY_FAILED' },
        stuck: {
          apply: () => ({ reaction: deaf.restart() }),
          verify: () => ({ reaction }),
        },
      }
    },
  },
]
