import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { type Options, writeBundle } from './bundle.js'
import type { ImageConfig } from './layout.js'
import { run, succeeds } from './programs.js'

/** A container that runs. */
export interface Container extends AsyncDisposable {
  /** Its main process, as this machine counts. */
  readonly pid: number
  /** What it has printed, both streams. */
  readonly output: string
  /** Its exit code. */
  readonly exited: Promise<number>
  /** Waits until it has printed this, after the first `from` characters. */
  printed(pattern: RegExp, from?: number): Promise<RegExpExecArray>
  kill(name: 'TERM' | 'KILL'): void
}

/** Starts a container below `directory`. Disposing of it kills it. */
export const startContainer = async (
  directory: string,
  rootfs: string,
  config: ImageConfig,
  options: Options = {},
): Promise<Container> => {
  const bundle = mkdtempSync(path.join(directory, 'container-'))
  const name = path.basename(bundle)
  // Links are enough: it is read-only. A root of its own, as each run leaves mount points behind.
  run('cp', '-al', rootfs, path.join(bundle, 'rootfs'))
  writeBundle(bundle, config, options)
  const state = path.join(directory, 'runc')
  const child = spawn('runc', ['--root', state, 'run', '--bundle', bundle, name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  let isOver = false
  const exited = once(child, 'close').then(([code]) => {
    isOver = true
    return code as number
  })
  const running = (): number | undefined => {
    if (!succeeds('runc', '--root', state, 'state', name)) return undefined
    const { pid, status } = JSON.parse(run('runc', '--root', state, 'state', name)) as {
      pid: number
      status: string
    }
    return status === 'running' ? pid : undefined
  }
  let pid: number | undefined
  await expect
    .poll(() => isOver || (pid = running()) !== undefined, { timeout: 30_000, interval: 20 })
    .toBe(true)
  return {
    pid: pid ?? 0,
    exited,
    get output() {
      return output
    },
    printed: async (pattern, from = 0) => {
      const found = (): RegExpExecArray | null => pattern.exec(output.slice(from))
      await expect.poll(() => found() !== null || isOver, { timeout: 30_000 }).toBe(true)
      const match = found()
      if (!match)
        throw new Error(`the container did not print ${String(pattern)}, but:\n${output.slice(from)}`)
      return match
    },
    kill: (signal) => void run('runc', '--root', state, 'kill', name, signal),
    [Symbol.asyncDispose]: async () => {
      if (!isOver) succeeds('runc', '--root', state, 'kill', name, 'KILL')
      await exited
      succeeds('runc', '--root', state, 'delete', '--force', name)
    },
  }
}
