import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { errnoOf } from './errno.js'
import { readProcess } from './procfs.js'
import type { Argv } from './spawn.js'

/** How a child ended. */
export interface Exit {
  /** Its exit code; 128 + n when signal n ended it; 127 when there is no such program, 126 when it cannot run. */
  readonly code: number
  readonly signal: NodeJS.Signals | undefined
  /** The system's word for why it could not even be started. */
  readonly unstartable: string | undefined
}

/** One run of a program, in a process group of its own, with our stdin, stdout and stderr. */
export interface Child {
  readonly pid: number | undefined
  /** 0 where there is no /proc. */
  readonly startTime: number
  readonly exited: Promise<Exit>
  /** Sends a signal to it alone; false when it has ended. */
  kill(name: NodeJS.Signals): boolean
}

const unstartable = (errno: string): Exit => ({
  code: errno === 'ENOENT' ? 127 : 126,
  signal: undefined,
  unstartable: errno,
})

// In our own group the terminal would send Ctrl-C to the child as well, past its own way to stop.
/** Starts a child. A start that fails shows in `exited`. */
export const startChild = (
  [file, ...args]: Argv,
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string | undefined },
): Child => {
  try {
    const child = spawn(file, args, { ...options, detached: true, stdio: 'inherit' })
    const exited = new Promise<Exit>((resolve) => {
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(unstartable(errnoOf(error)))
      })
      child.once('exit', (code, signal) => {
        const number = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
        resolve({ code: number, signal: signal ?? undefined, unstartable: undefined })
      })
    })
    const startTime = child.pid === undefined ? 0 : (readProcess(child.pid)?.startTime ?? 0)
    return { pid: child.pid, startTime, exited, kill: (name) => child.kill(name) }
  } catch (error) {
    const exited = Promise.resolve(unstartable(errnoOf(error)))
    return { pid: undefined, startTime: 0, exited, kill: () => false }
  }
}
