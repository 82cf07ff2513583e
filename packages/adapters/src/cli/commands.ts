import type { Page } from './help.js'
import type { Io } from './io.js'

/** What a command does: its arguments without its name in, exit code out. */
export type Start = (argv: readonly string[], io: Io) => Promise<number>

/** One command. What it needs is loaded when it is asked for, so that the others pay nothing for it. */
export interface Command {
  readonly page: () => Promise<Page>
  readonly start: () => Promise<Start>
  /** It logs on stderr for as long as it runs: then its last word is a log line too. */
  readonly logs?: true
}

/** All commands, in the order in which --help tells them. To add one, add its line. */
export const commands: Readonly<Record<string, Command>> = {
  run: {
    page: async () => (await import('./run-page.js')).runPage,
    start: async () => (await import('./run.js')).run,
    logs: true,
  },
  sidecar: {
    page: async () => (await import('./sidecar-page.js')).sidecarPage,
    start: async () => (await import('./sidecar.js')).sidecar,
    logs: true,
  },
  check: {
    page: async () => (await import('./check-page.js')).checkPage,
    start: async () => (await import('./check.js')).check,
  },
  watch: {
    page: async () => (await import('./watch-page.js')).watchPage,
    start: async () => (await import('./watch.js')).watch,
  },
  inspect: {
    page: async () => (await import('./inspect-page.js')).inspectPage,
    start: async () => (await import('./inspect.js')).inspect,
  },
  simulate: {
    page: async () => (await import('./simulate-page.js')).simulatePage,
    start: async () => (await import('./simulate.js')).simulate,
  },
  generate: {
    page: async () => (await import('./generate-page.js')).generatePage,
    start: async () => (await import('./generate.js')).generate,
    logs: true,
  },
  'wait-for': {
    page: async () => (await import('./wait-for-page.js')).waitForPage,
    start: async () => (await import('./wait-for.js')).waitFor,
  },
  status: {
    page: async () => (await import('./status-page.js')).statusPage,
    start: async () => (await import('./status.js')).status,
  },
  controller: {
    page: async () => (await import('./controller-page.js')).controllerPage,
    start: async () => (await import('./controller.js')).controller,
    logs: true,
  },
}

/** The pages of all of them, in the same order. */
export const allPages = (): Promise<readonly Page[]> =>
  Promise.all(Object.values(commands).map(({ page }) => page()))
