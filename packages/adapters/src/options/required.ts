import { constants } from 'node:os'
import { UsageError } from '@hotmount/core'

const bad = (message: string, hint: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Refuses what is no command: a text would be taken apart into letters. @throws UsageError BAD_OPTION */
export const requireArgv = (adapter: string, argv: unknown): void => {
  const words: readonly unknown[] = Array.isArray(argv) ? argv : []
  if (isText(words[0]) && words.every((word) => typeof word === 'string')) return
  throw bad(
    `${adapter}: a command is a list of words`,
    "as in ['nginx', '-s', 'reload']; where a shell is meant, ['sh', '-c', '…']",
  )
}

/** Refuses what is no signal of this system. @throws UsageError BAD_OPTION */
export const requireSignal = (adapter: string, signal: unknown): void => {
  if (isText(signal) && Object.hasOwn(constants.signals, signal)) return
  throw bad(`${adapter}: there is no such signal`, "its whole name is needed, as in 'SIGHUP'")
}

/** Refuses what cannot be started, or not be stopped so. @throws UsageError BAD_OPTION */
export const requireChild = (adapter: string, argv: unknown, stopSignal: unknown = 'SIGTERM'): void => {
  requireArgv(adapter, argv)
  requireSignal(adapter, stopSignal)
}

/** Refuses what finds no process, such as its bare name. @throws UsageError BAD_OPTION */
export const requireProcess = (adapter: string, target: unknown): void => {
  const canFind = typeof target === 'object' && target !== null && 'find' in target
  if (canFind) return
  throw bad(
    `${adapter}: this finds no process`,
    "pass processNamed('nginx'), pidFile('/run/nginx.pid'), processMatching(…), or a supervisor",
  )
}

/** Refuses an option that is needed, is a text, and is not there. @throws UsageError BAD_OPTION */
export const requireText = (adapter: string, name: string, value: unknown, example: string): void => {
  if (!isText(value)) throw bad(`${adapter}: ${name} is missing`, `as in ${name}: '${example}'`)
}

/** Refuses what is no mount, such as its path. @throws UsageError BAD_OPTION */
export const requireMount = (adapter: string, mount: unknown): void => {
  if (typeof mount === 'object' && mount !== null && 'snapshot' in mount) return
  throw bad(`${adapter}: this is no mount`, `open it first: await watchConfigMap('/etc/config')`)
}
