#!/usr/bin/env node
import { isatty } from 'node:tty'
import { calledAs } from '../dropins/called-as.js'
import type { Output } from './io.js'

const ending = new AbortController()
const onSignal = (name: NodeJS.Signals): void => ending.abort(name)
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)

const outputTo = (stream: NodeJS.WriteStream & { readonly fd: number }): Output => ({
  isTTY: isatty(stream.fd),
  write: (text) => void stream.write(text),
})

// `hotmount watch … | head -1`: nobody reads any more, so there is nothing left to do.
process.stdout.on('error', () => ending.abort('SIGPIPE'))
// A log that cannot be written must not end the server that is wrapped.
process.stderr.on('error', () => undefined)

const start = async (): Promise<void> => {
  // After the handlers: the kernel gives pid 1 no signal that it has not asked for.
  const { main } = await import('./main.js')
  process.exitCode = await main(calledAs(process.argv[1], process.argv.slice(2)), {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    signal: ending.signal,
    // oxlint-disable-next-line node/no-process-env -- the one place where the command meets its process
    env: process.env,
    pid: process.pid,
    now: () => new Date(),
  })
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
}
// No `await` at the top: the command is bundled as CommonJS. main() never rejects.
void start()
