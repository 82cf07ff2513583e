import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Data, simulateMount, type SimulatedMount } from '@hotmount/core/testing'
import { onTestFinished, vi } from 'vitest'
import { main } from '../../../packages/adapters/src/cli/main.js'

/** The built command: what a user runs. */
export const bin = fileURLToPath(new URL('../../../packages/adapters/dist/cli/bin.js', import.meta.url))

/** One command that is under way without a process of its own. */
export interface Session {
  readonly out: () => string
  readonly err: () => string
  readonly code: Promise<number>
  readonly stop: (reason?: string) => void
}

/** Starts main() with an io that collects. Its time stands still. */
export const begin = (
  argv: readonly string[],
  { tty = false, env = {}, pid = 4711 }: { tty?: boolean; env?: Record<string, string>; pid?: number } = {},
): Session => {
  const texts = { out: '', err: '' }
  const ending = new AbortController()
  const into = (name: 'out' | 'err') => ({
    isTTY: tty,
    write: (text: string): void => void (texts[name] += text),
  })
  const code = main(argv, {
    stdout: into('out'),
    stderr: into('err'),
    signal: ending.signal,
    env,
    pid,
    now: () => new Date(2026, 10, 21, 1, 2, 3),
  })
  return {
    out: () => texts.out,
    err: () => texts.err,
    code,
    stop: (reason = 'SIGINT') => ending.abort(reason),
  }
}

/** Runs main() to its end. */
export const finish = async (
  argv: readonly string[],
  options: Parameters<typeof begin>[1] = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const session = begin(argv, options)
  const code = await session.code
  return { code, out: session.out(), err: session.err() }
}

/** A built command that is running. */
export interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** The JSON lines on stderr so far. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  readonly exited: Promise<number>
}

const parsed = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Starts the built command, and ends it with the test. */
export const launch = (argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Running =>
  launchNode([bin, ...argv], env)

/** Starts any script, and ends it with the test. */
export const launchNode = (argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Running => {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const exited = new Promise<number>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? -1 : -2)))
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
  return { child, out: () => out, err: () => err, log: () => parsed(err), exited }
}

/** A directory that goes away with the test. */
export const temporary = async (): Promise<string> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'hotmount-cli-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** A script in a directory of its own. */
export const script = async (text: string): Promise<string> => {
  const file = path.join(await temporary(), 'child.mjs')
  await writeFile(file, text)
  return file
}

/** A volume of the kubelet that goes away with the test. */
export const volume = async (data: Data): Promise<SimulatedMount> => {
  const mount = await simulateMount(data)
  onTestFinished(() => mount[Symbol.asyncDispose]())
  return mount
}

/** Waits for a log line with these fields, and gives it. */
export const logged = async (
  { log, err }: Running,
  fields: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> => {
  const found = (): readonly Readonly<Record<string, unknown>>[] =>
    log().filter((line) => Object.entries(fields).every(([name, value]) => line[name] === value))
  const wanted = JSON.stringify(fields)
  await vi.waitFor(() => {
    if (found().length === 0) throw new Error(`nothing was logged like ${wanted}, but:\n${err()}`)
  }, 10_000)
  return found()[0] ?? {}
}
