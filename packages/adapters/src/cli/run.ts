import { act, type Acting } from './act.js'
import { bad } from './deed-from.js'
import type { Io } from './io.js'
import { runFlags } from './run-page.js'
import { sidecarFlags } from './sidecar-page.js'
import { quoteWords } from './words.js'

const example = 'hotmount run --mount /etc/app --signal HUP -- ./server --port 80'

/** How `hotmount run` is read. */
export const running: Acting = {
  name: 'run',
  wraps: 'always',
  example,
  deeds: '--server nginx, --signal HUP, --restart, --reload-command CMD, --webhook URL',
  flags: runFlags,
  others: { sidecar: sidecarFlags },
  refuseWord: (word) => bad(`put -- before the command: -- ${quoteWords([word])} …`, `as in: ${example}`),
}

/** `hotmount run`. @throws UsageError, MountError, InvalidConfigError: then nothing was started */
export const run = (argv: readonly string[], io: Io): Promise<number> => act(argv, io, running)
