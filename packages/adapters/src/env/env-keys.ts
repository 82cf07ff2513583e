import type { Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { envReaction } from './env-reaction.js'
import { type EnvOptions, envOptions } from './options.js'
import type { EnvReceipt } from './owned-env.js'
import { fromKeys } from './wanted.js'

/**
 * `envFrom`, but live: each key is a variable, with exactly its value. Keys that are no names of variables, like
 * `app.yaml`, are skipped and named in the evidence. Touches only names it set itself.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * reload(mount, envKeys({ prefix: 'APP_' }), { initial: true })
 */
export const envKeys = (options: EnvOptions = {}): Reaction<EnvReceipt> => {
  refuseUnknown('envKeys', options, envOptions)
  return envReaction('envKeys', fromKeys(options.prefix), options)
}
