import type * as Crypto from 'node:crypto'
import type * as Os from 'node:os'

interface Modules {
  readonly 'node:crypto': typeof Crypto
  readonly 'node:os': typeof Os
}

const onFirstUse = <Id extends keyof Modules>(id: Id): (() => Modules[Id]) => {
  let loaded: Modules[Id] | undefined
  return () => (loaded ??= process.getBuiltinModule(id))
}

// node:crypto alone loads 30 modules more and takes as long as all of core. docs/adr/0009-few-files.md
/** The module `node:crypto`, loaded when first used. */
export const crypto: () => typeof Crypto = onFirstUse('node:crypto')
/** The module `node:os`, loaded when first used. */
export const os: () => typeof Os = onFirstUse('node:os')
