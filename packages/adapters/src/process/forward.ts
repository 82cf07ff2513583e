/** Whom signals are forwarded to. */
export interface Forwarding {
  stop(): Promise<number>
  pass(name: NodeJS.Signals): void
}

const stopping = ['SIGTERM', 'SIGINT'] as const
const passedOn = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT', 'SIGWINCH'] as const

/** Hands the signals that this process gets to `target`, until the returned function is called. */
export const forwardSignals = (target: Forwarding): (() => void) => {
  const stop = (): void => void target.stop()
  const pass = (name: NodeJS.Signals): void => {
    // A terminal that is resized sends it too, and to httpd it means "stop".
    if (name === 'SIGWINCH' && process.stdout.isTTY) return
    target.pass(name)
  }
  for (const name of stopping) process.on(name, stop)
  for (const name of passedOn) process.on(name, pass)
  return () => {
    for (const name of stopping) process.off(name, stop)
    for (const name of passedOn) process.off(name, pass)
  }
}
