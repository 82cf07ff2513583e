import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface TestChild {
  readonly process: ChildProcess
  readonly pid: number
  /** Lines of its stdout so far. */
  readonly lines: readonly string[]
}

const isGone = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Starts a child in its own group, which ends with the test. It has started when it has written a first line. */
export const startReady = async (
  file: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<TestChild> => {
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = child.pid ?? 0
  onTestFinished(async () => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Its whole group has ended.
    }
    if (!isGone(child)) await once(child, 'exit')
  })
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  await once(reader, 'line')
  return { process: child, pid, lines }
}

/** A Node child that runs this code. */
export const startNode = (
  code: string,
  options: SpawnOptions & { args?: readonly string[] } = {},
): Promise<TestChild> => startReady(process.execPath, ['-e', code, ...(options.args ?? [])], options)

/** A Node child that prints the signals it gets, and `ready` once it catches them. */
export const startCatcher = (...signals: readonly NodeJS.Signals[]): Promise<TestChild> =>
  startNode(`
    for (const name of ${JSON.stringify(signals)}) process.on(name, () => console.log(name))
    setInterval(() => {}, 1000)
    console.log('ready')`)

/** A directory that ends with the test. */
export const scratch = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'hotmount-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
