import { type Reaction, systemClock, toMs } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { requireChild } from '../options/required.js'
import { type Child, type Exit, startChild } from './child.js'
import { forwardSignals } from './forward.js'
import { endGroup, signalGroup } from './group.js'
import type { PinnedProcess } from './process-ref.js'
import { type RestartOptions, restartReaction } from './restart.js'
import { countFailure, restartDelay, shouldRestart } from './restart-policy.js'
import { signal, type SignalOptions, type SignalReceipt } from './signal.js'
import type { Argv } from './spawn.js'
import type { SuperviseOptions, Supervisor, SupervisorEvent } from './supervisor.js'
import { targetError } from './target-error.js'

/** What the next exit is for: nothing we asked for, a new start, or the end (asked by us, or by a QUIT passed on). */
type Goal = 'run' | 'replace' | 'quit' | 'stop'

class Supervision implements Supervisor {
  readonly describe: string
  readonly exited: Promise<number>
  readonly #argv: Argv
  readonly #options: SuperviseOptions
  readonly #graceMs: number
  readonly #stopSignal: NodeJS.Signals
  readonly #undo: (() => void)[] = []
  #added: NodeJS.ProcessEnv = {}
  #child: Child | undefined
  /** Its process group, for as long as there may be somebody in it. */
  #group: number | undefined
  #state: Supervisor['state'] = 'starting'
  #goal: Goal = 'run'
  /** When the grace of the stop signal is over, in milliseconds of the clock. */
  #endBy = Number.POSITIVE_INFINITY
  #wake = new AbortController()
  #starts: ((child: Child | undefined) => void)[] = []

  constructor(argv: Argv, options: SuperviseOptions) {
    this.describe = `child ${argv[0]}`
    this.#argv = argv
    this.#options = options
    this.#graceMs = toMs(options.grace ?? '10s', 'grace')
    this.#stopSignal = options.stopSignal ?? 'SIGTERM'
    // A process that ends without stop() must not leave the child behind.
    const onExit = (): void => {
      if (this.#group !== undefined) signalGroup(this.#group, this.#stopSignal)
    }
    process.once('exit', onExit)
    this.#undo.push(() => process.off('exit', onExit))
    this.exited = this.#keep()
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }
  get state(): Supervisor['state'] {
    return this.#state
  }

  async #keep(): Promise<number> {
    const { restart = 'never' } = this.#options
    for (let [failures, hasRun, isAsked] = [0, false, false]; ;) {
      const { code, unstartable, ranMs } = await this.#once()
      hasRun ||= unstartable === undefined
      isAsked &&= unstartable !== undefined
      if (this.#is('run')) {
        // A start that somebody asked for is tried until it succeeds: the next config, or a rollback, may mend it.
        if (!hasRun || !(isAsked || shouldRestart(restart, code))) return this.#finish(code)
        failures = countFailure(failures, ranMs)
        await this.#backOff(restartDelay(failures, Math.random()))
      }
      if (this.#is('stop') || this.#is('quit')) return this.#finish(code)
      if (this.#is('replace')) [failures, isAsked] = [0, true]
    }
  }

  /** One child from start to end, with what it leaves behind in its group. */
  async #once(): Promise<Exit & { readonly ranMs: number }> {
    // oxlint-disable-next-line node/no-process-env -- a child inherits the environment, as from a shell
    const { env = process.env, cwd } = this.#options
    const startedAt = systemClock.now()
    this.#goal = 'run'
    this.#endBy = Number.POSITIVE_INFINITY
    const child = startChild(this.#argv, { env: { ...env, ...this.#added }, cwd })
    this.#child = child
    this.#group = child.pid
    this.#state = 'running'
    if (child.pid !== undefined) this.#tell({ kind: 'started', pid: child.pid })
    for (const started of this.#starts.splice(0)) started(child)
    const exit = await child.exited
    const ranMs = systemClock.now() - startedAt
    this.#child = undefined
    this.#state = 'stopping'
    this.#tell({ kind: 'exited', exit, wanted: !this.#is('run') })
    // Workers whose master was killed go on serving the old config and hold the port.
    const name = this.#is('run') ? 'SIGTERM' : this.#stopSignal
    const leftMs = Math.min(this.#graceMs, Math.max(0, this.#endBy - systemClock.now()))
    if (child.pid !== undefined) await endGroup(child.pid, name, leftMs)
    this.#group = undefined
    return { ...exit, ranMs }
  }

  #is(goal: Goal): boolean {
    return this.#goal === goal
  }

  async #backOff(ms: number): Promise<void> {
    this.#state = 'backoff'
    this.#wake = new AbortController()
    this.#tell({ kind: 'backoff', ms })
    await systemClock.sleep(ms, this.#wake.signal).catch(() => undefined)
  }

  #finish(code: number): number {
    this.#state = 'exited'
    for (const undo of this.#undo.splice(0)) undo()
    for (const started of this.#starts.splice(0)) started(undefined)
    return code
  }

  #tell(event: SupervisorEvent): void {
    this.#options.onEvent?.(event)
  }

  /** Asks the child to end, and kills its group when it does not in time. */
  async #end(): Promise<void> {
    this.#wake.abort()
    const child = this.#child
    if (child?.pid === undefined || this.#state === 'stopping') return
    this.#state = 'stopping'
    const { pid } = child
    this.#endBy = systemClock.now() + this.#graceMs
    child.kill(this.#stopSignal)
    const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), this.#graceMs)
    await child.exited
    clearTimeout(kill)
  }

  async #replace(added: NodeJS.ProcessEnv): Promise<PinnedProcess> {
    if (this.#state === 'exited' || this.#is('stop') || this.#is('quit')) throw this.#ended()
    this.#added = added
    const started = new Promise<Child | undefined>((resolve) => {
      this.#starts.push(resolve)
    })
    this.#goal = 'replace'
    await this.#end()
    const child = await started
    if (!child) throw this.#ended()
    if (child.pid === undefined) throw this.#unstartable((await child.exited).unstartable ?? '')
    return { pid: child.pid, startTime: child.startTime }
  }

  #unstartable(errno: string): Error {
    const message = `${this.#argv[0]} could not be started again (${errno})`
    const hint =
      errno === 'E2BIG'
        ? 'its environment is too large: at most 128 KiB for one variable'
        : `is ${this.#argv[0]} still installed, and in PATH?`
    return targetError('APPLY_FAILED', this.describe, message, { hint, retryable: true })
  }

  #ended(): Error {
    return targetError('APPLY_FAILED', this.describe, `${this.describe} has ended and is not started again`, {
      hint: "give supervise() the option restart: 'onFailure', or make a new supervisor",
    })
  }

  async find(): Promise<PinnedProcess> {
    const child = this.#child
    if (child?.pid === undefined)
      throw targetError(
        'TARGET_NOT_FOUND',
        this.describe,
        `${this.describe} is not running (${this.#state})`,
        {
          hint: 'its own output says why it ended; with a restart policy it comes back by itself',
          retryable: this.#state !== 'exited',
        },
      )
    return { pid: child.pid, startTime: child.startTime }
  }

  restart(options: RestartOptions = {}): Reaction<PinnedProcess> {
    refuseUnknown('restart', options, { env: true, verify: true })
    return restartReaction(
      { describe: this.describe, replace: (added) => this.#replace(added), pid: () => this.pid },
      options,
    )
  }
  signal(name: NodeJS.Signals, options: SignalOptions = {}): Reaction<SignalReceipt> {
    return signal(this, name, options)
  }

  /** To many servers QUIT means "stop gracefully": then the exit that follows is wanted. Others only print something. */
  #expectQuit(): void {
    if (!this.#is('run') && !this.#is('replace')) return
    this.#goal = 'quit'
    const child = this.#child
    if (!child || this.#stopSignal === 'SIGQUIT') return
    const forget = (): void => {
      if (this.#is('quit') && this.#child === child && this.#state === 'running') this.#goal = 'run'
    }
    setTimeout(forget, this.#graceMs).unref()
  }

  forward(): () => void {
    if (this.#state === 'exited') return () => undefined
    const pass = (name: NodeJS.Signals): void => {
      if (name === 'SIGQUIT') this.#expectQuit()
      if (this.#child) this.#child.kill(name)
      else if (name === 'SIGQUIT') this.#wake.abort()
    }
    const undo = forwardSignals({ stop: () => this.stop(), pass })
    this.#undo.push(undo)
    return undo
  }

  async stop(): Promise<number> {
    if (this.#state !== 'exited') {
      this.#goal = 'stop'
      await this.#end()
    }
    return this.exited
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/**
 * Starts a program and keeps it: in a process group of its own, with our stdin, stdout and stderr, no shell.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * const app = supervise(['node', 'server.js'], { restart: 'onFailure' })
 * app.forward()
 * reload(mount, app.restart({ env: (snapshot) => ({ LOG_LEVEL: snapshot.text('LOG_LEVEL') }) }))
 * process.exitCode = await app.exited
 */
export const supervise = (argv: Argv, options: SuperviseOptions = {}): Supervisor => {
  refuseUnknown('supervise', options, {
    grace: true,
    stopSignal: true,
    restart: true,
    env: true,
    cwd: true,
    onEvent: true,
  })
  requireChild('supervise', argv, options.stopSignal)
  return new Supervision(argv, options)
}
