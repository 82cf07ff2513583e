import { UsageError } from '@hotmount/core'
import type { Io } from '../cli/io.js'
import { configmapReloadFlags } from './configmap-reload/flags.js'
import { dropins } from './dropins.js'
import type { Implied, Mode } from './modes.js'
import { reloaderFlags } from './prometheus-config-reloader/flags.js'

/** An empty variable counts as one that is not there, as `${FILE:-}` in a shell does. */
const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

const contracts: Readonly<Partial<Record<Mode, readonly string[]>>> = {
  'nginx-reloader': ['WATCH_NGINX_CONF_PATH'],
  'signal-sidecar': ['FILE', 'PROCESS', 'SIGNAL'],
}

/** The original whose flag this is. Names of our own (`--help`) belong to none. */
const ownerOf = (word: string): Mode | undefined => {
  const [, dashes = '', name = ''] = /^(--?)([^-=][^=]*)/.exec(word) ?? []
  if (['help', 'h', 'version', 'V'].includes(name)) return undefined
  if (dashes !== '' && Object.hasOwn(configmapReloadFlags, name)) return 'configmap-reload'
  return dashes === '--' && Object.hasOwn(reloaderFlags, name) ? 'prometheus-config-reloader' : undefined
}

const nameOf = (word: string): string => word.split('=', 1)[0] ?? word

/**
 * What a command line means that names no command: the flags of an original, or no words at all and the variables of
 * one. Looks at names only.
 *
 * @throws UsageError BAD_OPTION when variables of several are set
 */
export const meaningOf = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Implied | undefined => {
  const [first] = argv
  if (first !== undefined) {
    const mode = ownerOf(first)
    if (!mode) return undefined
    const because = `the first word is ${nameOf(first)}`
    return { mode, words: argv, because, explicit: `hotmount ${mode} ${nameOf(first)} …` }
  }
  const modes = Object.entries(contracts).flatMap(([mode, names]) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of the table above
    names.every((name) => isSet(env[name])) ? [{ mode: mode as Mode, names }] : [],
  )
  const [found, ...others] = modes
  if (!found) return undefined
  if (others.length > 0)
    throw new UsageError('BAD_OPTION', 'no command is named, and the environment fits several', {
      hint: `name one: ${modes.map(({ mode: each }) => `hotmount ${each}`).join(', or ')}`,
    })
  const { mode, names } = found
  const because = `there are no words, and ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} set`
  return { mode, words: [], because, explicit: `hotmount ${mode}` }
}

/** Starts the mode that is meant though nobody named it; resolves with its exit code, or undefined when there is none. */
export const startImplied = async (argv: readonly string[], io: Io): Promise<number | undefined> => {
  const implied = meaningOf(argv, io.env)
  if (!implied) return undefined
  const start = await dropins[implied.mode].start()
  return start(implied.words, io, implied)
}
