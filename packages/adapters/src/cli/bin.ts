#!/usr/bin/env node
import { calledAs } from '../dropins/called-as.js'
import { outputTo } from './descriptor.js'

const ending = new AbortController()
const onSignal = (name: NodeJS.Signals): void => ending.abort(name)
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)

const start = async (): Promise<void> => {
  // After the handlers: the kernel gives pid 1 no signal that it has not asked for.
  const { main } = await import('./main.js')
  process.exitCode = await main(calledAs(process.argv[1], process.argv.slice(2)), {
    // `hotmount watch … | head -1`: nobody reads any more, so there is nothing left to do.
    stdout: outputTo(1, () => ending.abort('SIGPIPE')),
    // A log that cannot be written must not end the server that is wrapped.
    stderr: outputTo(2, () => undefined),
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
