import type { Duration, Reaction } from '@hotmount/core'
import type { Exit } from './child.js'
import type { PinnedProcess, ProcessRef } from './process-ref.js'
import type { RestartOptions } from './restart.js'
import type { RestartPolicy } from './restart-policy.js'
import type { SignalOptions, SignalReceipt } from './signal.js'

/** Options of `supervise`. */
export interface SuperviseOptions {
  /** From the stop signal to KILL, for the child and all of its group together. Default 10 s. */
  readonly grace?: Duration
  /** The server's own way to stop gracefully: nginx SIGQUIT, haproxy SIGUSR1, httpd SIGWINCH. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  /** When a child that ended by itself is started again: 0.5 s to 30 s later, doubling. Default never. */
  readonly restart?: RestartPolicy
  /** The whole environment of the child. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Hears what happens. An observer: what it throws ends the process like any uncaught error. */
  readonly onEvent?: (event: SupervisorEvent) => void
}

/** What happened to the child. */
export type SupervisorEvent =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'exited'; readonly exit: Exit; readonly wanted: boolean }
  | { readonly kind: 'backoff'; readonly ms: number }

/** A child process that is kept running, and its reactions. Also a {@link ProcessRef} of that child. */
export interface Supervisor extends AsyncDisposable, ProcessRef {
  readonly pid: number | undefined
  readonly state: 'starting' | 'running' | 'stopping' | 'backoff' | 'exited'
  /** Exit code of the last child once no other follows: 128 + n when signal n ended it, 127 when not found. */
  readonly exited: Promise<number>
  /**
   * A reaction that stops the child and starts it again, with the environment that `env` adds. A child that cannot be
   * started then is tried again with growing pauses, under every policy.
   */
  restart(options?: RestartOptions): Reaction<PinnedProcess>
  /** A reaction that signals the child. See the function `signal`. */
  signal(name: NodeJS.Signals, options?: SignalOptions): Reaction<SignalReceipt>
  /**
   * Hands signals that this process gets to the child, until it has ended or the returned function is called:
   * TERM and INT become `stop()`; HUP, USR1, USR2, QUIT and WINCH are passed on. A child that ends within the grace
   * after a QUIT (at any time, where QUIT is its stop signal) is not started again. Without this call, no signal
   * handler is installed.
   */
  forward(): () => void
  /** Stops it: the stop signal, after the grace KILL to the group. May be called twice. */
  stop(): Promise<number>
}
