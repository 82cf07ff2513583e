import type { Page } from './help.js'
import { inspectPage } from './inspect-page.js'
import type { Io } from './io.js'
import { runPage } from './run-page.js'
import { sidecarPage } from './sidecar-page.js'
import { watchPage } from './watch-page.js'

/** What a command does: its arguments without its name in, exit code out. */
export type Start = (argv: readonly string[], io: Io) => Promise<number>

/** One command. What it needs is loaded when it is started, so that the others pay nothing for it. */
export interface Command {
  readonly page: Page
  readonly load: () => Promise<Start>
  /** It logs on stderr for as long as it runs: then its last word is a log line too. */
  readonly logs?: true
}

/** All commands, in the order in which --help tells them. To add one, add a line. */
export const commands: Readonly<Record<string, Command>> = {
  run: { page: runPage, load: async () => (await import('./run.js')).run, logs: true },
  sidecar: { page: sidecarPage, load: async () => (await import('./sidecar.js')).sidecar, logs: true },
  watch: { page: watchPage, load: async () => (await import('./watch.js')).watch },
  inspect: { page: inspectPage, load: async () => (await import('./inspect.js')).inspect },
}
