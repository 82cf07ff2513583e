import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** What became of the requests of a load. */
export interface LoadResult {
  /** Answered with a status from 200 to 299. */
  readonly answered: number
  /** Any other status, resets, refused connections and time-outs. */
  readonly failed: number
}

const program = fileURLToPath(new URL('steady-load.mjs', import.meta.url))

/** Requests at a steady rate, over kept connections, from a process of its own, until stopped (60 s at most). */
export const steadyLoad = (url: string, perSecond: number): { stop: () => Promise<LoadResult> } => {
  const child = spawn(process.execPath, [program, url, String(perSecond)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const ended = once(child, 'close')
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      return JSON.parse(output) as LoadResult
    },
  }
}
