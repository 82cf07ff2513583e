import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { root } from './source-tree.js'

/** A built example that runs as a process of its own. */
export interface RunningExample extends AsyncDisposable {
  readonly pid: number
  /** What it has printed, both streams. */
  readonly output: string
  /** Its exit code; 128 + n is not used here: null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Waits until it has printed this, after the first `from` characters. */
  printed(pattern: RegExp, from?: number): Promise<RegExpExecArray>
  /** The port of its first `listening on` line. */
  port(): Promise<number>
  kill(name: NodeJS.Signals): void
}

/** The file that `npm run build` makes of an example's module. */
export const builtExample = (module: string): string => {
  const file = path.join(root, 'examples/dist', `${module}.js`)
  if (!existsSync(file)) throw new Error(`${file} is not there: npm run build`)
  return file
}

const collect = (child: ChildProcess): (() => string) => {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  return () => output
}

/** Starts `examples/dist/<module>.js`. Disposing of it asks it to stop, and kills it when it does not. */
export const runExample = (
  module: string,
  args: readonly string[] = [],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): RunningExample => {
  const { env = {}, ...rest } = options
  const child = spawn(process.execPath, [builtExample(module), ...args], {
    ...rest,
    env: { ...process.env, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  const printed = async (pattern: RegExp, from = 0): Promise<RegExpExecArray> => {
    const found = (): RegExpExecArray | null => pattern.exec(output().slice(from))
    const done = (): boolean => found() !== null || isOver()
    await expect
      .poll(done, { timeout: 15_000 })
      .toBe(true)
      .catch(() => undefined)
    const match = found()
    if (!match) throw new Error(`${module} did not print ${String(pattern)}, but:\n${output().slice(from)}`)
    return match
  }
  return {
    pid: child.pid ?? 0,
    exited,
    printed,
    get output() {
      return output()
    },
    port: async () => Number((await printed(/listening on .*port: (\d+)/s))[1]),
    kill: (name) => void child.kill(name),
    [Symbol.asyncDispose]: async () => {
      if (!isOver()) child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(late)
    },
  }
}
