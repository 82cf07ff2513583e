import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, vi } from 'vitest'
import { parseStat } from '../../packages/adapters/src/process/proc.js'

const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child'] as const

/** Whether this machine lets us make a pid namespace with a /proc of its own. */
export const mayUnshare: boolean = spawnSync('unshare', [...unshare, 'true']).status === 0

/** A program and what it has printed. */
export interface Started {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Every byte of stdout. */
  readonly bytes: () => Buffer
  readonly exited: Promise<number>
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8')

/** Starts a program with pipes, and ends it with the test. */
export const begin = (file: string, args: readonly string[]): Started => {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const exited = new Promise<number>((resolve) => {
    child.once('close', (code) => resolve(code ?? -1))
  })
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    // Not `exited`: what nsenter started ends with the namespace, and holds the pipes open until then.
    await ended
  })
  return { child, out: () => text(out), err: () => text(err), bytes: () => Buffer.concat(out), exited }
}

/** What a command line becomes when it is to be pid 1 of a namespace of its own. */
export const asPid1 = (argv: readonly string[]): [file: string, ...args: string[]] => [
  'unshare',
  ...unshare,
  ...argv,
]

/** A process as this namespace sees it. */
type Seen = NonNullable<ReturnType<typeof parseStat>>

/** The children of a process. */
export const childrenOf = (pid: number): readonly Seen[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return parseStat(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
      } catch {
        return []
      }
    })
    .filter(({ ppid }) => ppid === pid)

/** The outside pid of what `unshare` made pid 1. */
export const innerPid = async ({ child }: Started): Promise<number> =>
  vi.waitFor(() => {
    const [inner] = childrenOf(child.pid ?? 0)
    expect(inner?.comm).not.toBe('unshare')
    return inner?.pid ?? 0
  }, 5000)

/** A namespace that stays, as that of a pod: containers are put into it one by one. */
export interface Pod {
  /** Starts a program in it, whose parent is outside: its ppid is 0 there, as that of a container's main process. */
  readonly run: (argv: readonly string[], before?: readonly string[]) => Started
}

/** Makes a {@link Pod}; whatever is in it ends with the test. */
export const startPod = async (): Promise<Pod> => {
  const [file, ...args] = asPid1(['sh', '-c', 'echo paused; exec sleep 600'])
  const pause = begin(file, args)
  await vi.waitFor(() => expect(pause.out()).toBe('paused\n'), 5000)
  const pid = await innerPid(pause)
  return {
    run: (argv, before = []) =>
      begin('nsenter', ['--target', String(pid), '--pid', '--mount', ...before, ...argv]),
  }
}
