import { act, type Acting } from './act.js'
import { bad } from './deed-from.js'
import type { Io } from './io.js'
import { runFlags } from './run-page.js'
import { sidecarFlags } from './sidecar-page.js'

const example = 'hotmount sidecar --mount /etc/nginx/conf.d --server nginx'

/** How `hotmount sidecar` is read. */
export const sitting: Acting = {
  name: 'sidecar',
  wraps: 'never',
  example,
  deeds: '--server nginx, --signal HUP, --reload-command CMD, --webhook URL',
  flags: sidecarFlags,
  others: { run: runFlags },
  refuseWord: (word) =>
    bad(
      `a sidecar takes no words, and ${JSON.stringify(word)} is one`,
      `to wrap a command: hotmount run … -- ${word}`,
    ),
}

/** `hotmount sidecar`. @throws UsageError, MountError: then nothing was done */
export const sidecar = (argv: readonly string[], io: Io): Promise<number> => act(argv, io, sitting)
