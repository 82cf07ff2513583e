import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Start } from './contender.js'
import { readNaively } from './naive-read.js'

/** The loop of its manual page, in monitor mode, one line for each event: a shell that forks would be slower still. */
export const start: Start = async (path, sink) => {
  const child = spawn('inotifywait', ['-m', '-e', 'moved_to', '--format', '%f', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => child.kill())
  createInterface(child.stdout).on('line', (name) => {
    if (name === '..data') readNaively(path, sink)
  })
  await new Promise<void>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      if (line.startsWith('Watches established')) resolve()
    })
  })
}
