import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { asInstalled } from './installed.js'

/** Programs that run in a process of their own: modules of the folder `processes`. */
export type Program = 'writer' | 'reader' | 'burner' | 'keeper' | 'parsing' | 'server' | 'clients'

const patienceMs = 5000
const open = new Set<Child>()

/** A child process that answers one request at a time. */
export class Child {
  readonly #program: Program
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  #fail: ((error: Error) => void) | undefined
  #take: ((value: unknown) => void) | undefined

  /** Collected garbage is no memory in use: each of them may ask for a collection. */
  constructor(program: Program) {
    this.#program = program
    const path = fileURLToPath(new URL(`processes/${program}.js`, import.meta.url))
    this.#process = fork(path, [], {
      execArgv: ['--expose-gc', asInstalled],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    open.add(this)
    this.#process.on('message', (value) => this.#take?.(value))
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        open.delete(this)
        resolve()
        this.#fail?.(new Error(`the ${program} ended with ${code ?? signal}`))
      })
    })
  }

  /** @throws Error when it ended instead of answering */
  async ask<Answer>(request: object): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#process.exitCode !== null) reject(new Error(`the ${this.#program} has ended`))
      this.#take = (value) => resolve(value as Answer)
      this.#fail = reject
      this.#process.send(request)
    })
  }

  /** Lets it end what it has started, then waits until it is gone. */
  async end(): Promise<void> {
    this.#fail = undefined
    if (this.#process.connected) this.#process.disconnect()
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), patienceMs)
    await this.#exited
    clearTimeout(patience)
  }
}

/** Ends all that are still there. */
export const endAll = async (): Promise<void> => {
  await Promise.all([...open].map((child) => child.end()))
}
