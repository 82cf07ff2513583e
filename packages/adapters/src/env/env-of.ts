import { env as processEnv } from 'node:process'
import type { Key, Snapshot } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { variable } from './names.js'
import { type EnvOptions, envOptions } from './options.js'
import { planFor } from './plan.js'
import { fromFile, fromKeys } from './wanted.js'

/**
 * The variables that a snapshot adds to an environment, for a child that starts anew. With `key`, its NAME=value
 * lines; without, one variable a key. Sets nothing.
 *
 * The returned function throws InvalidConfigError where `envFile` and `envKeys` would refuse.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * reload(mount, child.restart({ env: envOf({ key: 'app.env' }) }))
 */
export const envOf = (
  options: EnvOptions & { readonly key?: Key } = {},
): ((snapshot: Snapshot) => NodeJS.ProcessEnv) => {
  refuseUnknown('envOf', options, { ...envOptions, key: true })
  const { key, prefix, into = processEnv } = options
  const read = key === undefined ? fromKeys(prefix) : fromFile(key, prefix)
  return (snapshot) =>
    Object.fromEntries(planFor(read(snapshot), snapshot, (name) => variable(into, name), options).values)
}
