import type { Key, Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { requireText } from '../options/required.js'
import { envReaction } from './env-reaction.js'
import { type EnvOptions, envOptions } from './options.js'
import type { EnvReceipt } from './owned-env.js'
import { fromFile } from './wanted.js'

/**
 * Keeps environment variables in step with a key of NAME=value lines. Touches only names it set itself: a name that
 * goes away gets back what was there before. One bad name or line, and none is touched.
 *
 * What was read from the environment at start is not read again by itself, and what was set stays set when the
 * loop closes.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * const loop = reload(mount, envFile({ key: 'app.env', required: ['DATABASE_URL'] }), { initial: true })
 * await loop.inSync() // process.env.DATABASE_URL is there
 */
export const envFile = (options: EnvOptions & { readonly key: Key }): Reaction<EnvReceipt> => {
  refuseUnknown('envFile', options, { ...envOptions, key: true })
  requireText('envFile', 'key', options.key, 'app.env')
  return {
    ...envReaction(`envFile ${options.key}`, fromFile(options.key, options.prefix), options),
    // A key that is missing is news too: the check says so.
    wants: (change) => change.touches(options.key) || !change.snapshot.has(options.key),
  }
}
