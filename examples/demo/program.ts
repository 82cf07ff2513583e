import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { same, until } from './expectations.js'
import type { Stage } from './scene.js'
import { ask } from './web.js'

/** One of the other examples, running as a process of its own. */
export interface Program {
  readonly pid: number
  /** The port that it says it listens on. */
  readonly port: number
  /** Waits until GET / answers this. Fails at once when the program has ended. */
  answers(wanted: string): Promise<void>
  /** Waits for a line of its output that matches, and returns that line. */
  said(pattern: RegExp): Promise<string>
}

/** Starts `<example>/main.js` on a directory; it ends with the demo. */
export const startProgram = async (
  example: string,
  directory: string,
  { workshop, signal }: Stage,
): Promise<Program> => {
  const file = fileURLToPath(new URL(`../${example}/main.js`, import.meta.url))
  // Variables that are there already would win over those of the demo.
  const env = { ...process.env, PORT: '0', FORCE_COLOR: '0', LOG_LEVEL: undefined, FEATURE_SEARCH: undefined }
  const child = spawn(process.execPath, [file, directory], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  workshop.atEnd(async () => {
    process.off('exit', kill)
    if (isRunning()) kill()
    await ended
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const said = async (pattern: RegExp): Promise<string> => {
    const found = (): string | undefined => output.split('\n').find((line) => pattern.test(line))
    await until(`${example} says ${String(pattern)}`, () => found() !== undefined || !isRunning(), signal)
    const line = found()
    if (line === undefined) throw new Error(`${example} ended: ${output}`)
    return line
  }
  const port = Number(/port: (\d+)/.exec(await said(/listening on/))?.[1])
  const answers = async (wanted: string): Promise<void> => {
    const isThere = async (): Promise<boolean> => (await ask(port)) === wanted
    await until(`GET / answers ${wanted}`, async () => (await isThere()) || !isRunning(), signal)
    same(isRunning(), true, `${example} is running`)
  }
  return { pid: child.pid ?? 0, port, answers, said }
}
