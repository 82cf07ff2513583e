import type { ChildProcess } from 'node:child_process'
import { errnoOf } from './errno.js'
import { endGroup } from './group.js'
import { openOutput } from './output.js'

/** A program and its arguments. No shell reads it. */
export type Argv = readonly [file: string, ...args: string[]]

/** How a command ended. */
export type Ending =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'timeout'; readonly ms: number }
  | { readonly kind: 'unstartable'; readonly errno: string }

/** An ending, and the last 8 KiB of stdout and stderr together. The output may quote config values. */
export interface Outcome {
  readonly ending: Ending
  readonly output: string
}

/** Settings of {@link run}. */
export interface RunOptions {
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly timeoutMs: number
  /** Besides what this process has. */
  readonly env?: NodeJS.ProcessEnv
  /** Between TERM and KILL, in milliseconds. Default 2000. */
  readonly graceMs?: number
}

const endingOf = (child: ChildProcess): Promise<Ending> =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'unstartable', errno: errnoOf(error) })
    })
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', signal })
    })
  })

const start = (
  file: string,
  args: readonly string[],
  output: number | 'ignore',
  env: NodeJS.ProcessEnv | undefined,
): ChildProcess | Ending => {
  try {
    // Loaded by the first command: a sidecar that only signals goes without, and without 1.6 MB.
    return process.getBuiltinModule('node:child_process').spawn(file, args, {
      detached: true,
      stdio: ['ignore', output, output],
      // oxlint-disable-next-line node/no-process-env -- a command inherits the environment, as from a shell
      env: { ...process.env, ...env },
    })
  } catch (error) {
    // Thrown at once: an empty name, a NUL in an argument, an argument list too long.
    return { kind: 'unstartable', errno: errnoOf(error) }
  }
}

/**
 * Runs a command to its end, in a process group of its own, without a shell and without stdin.
 *
 * @throws the signal's reason when aborted, once the whole group is gone
 */
export const run = async (
  [file, ...args]: Argv,
  { signal, timeoutMs, env, graceMs = 2000 }: RunOptions,
): Promise<Outcome> => {
  signal.throwIfAborted()
  const output = openOutput()
  try {
    const child = start(file, args, output.stdio, env)
    if ('kind' in child) return { ending: child, output: '' }
    const ending = endingOf(child)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const early = new Promise<'early'>((resolve) => {
      limit.addEventListener('abort', () => resolve('early'), { once: true })
    })
    const first = await Promise.race([ending, early])
    if (first !== 'early') return { ending: first, output: output.tail() }
    if (child.pid !== undefined) await endGroup(child.pid, 'SIGTERM', graceMs)
    await ending
    signal.throwIfAborted()
    return { ending: { kind: 'timeout', ms: timeoutMs }, output: output.tail() }
  } finally {
    output.close()
  }
}

/** An ending in words. */
export const describeEnding = (ending: Ending): string => {
  if (ending.kind === 'exit') return `exited with code ${ending.code}`
  if (ending.kind === 'signal') return `was ended by ${ending.signal}`
  if (ending.kind === 'timeout') return `did not end within ${ending.ms} ms and was killed`
  return ending.errno === 'ENOENT' ? 'was not found' : `could not be started (${ending.errno})`
}
