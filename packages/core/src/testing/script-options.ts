import { dataOf } from './script-line.js'

/** The options a script may give to the watcher; times in milliseconds. */
export interface ScriptWatchOptions {
  keys?: readonly (string | RegExp)[]
  emptied?: 'accept' | 'hold'
  settle?: number
  resync?: number | false
  polling?: boolean | number
  wait?: number
  maxBytes?: number
  signal?: AbortSignal
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

const msOf = (text: string): number => {
  const [, count, unit = 'ms'] = /^(\d+)(ms|s|m)?$/.exec(text) ?? []
  if (count === undefined) throw new Error(`${text} is not a time: 50, 50ms, 2s, 1m`)
  return Number(count) * (unitMs[unit] ?? 1)
}

const keyOf = (text: string): string | RegExp => {
  const pattern = /^\/(.+)\/$/.exec(text)
  return pattern ? new RegExp(pattern[1] ?? '') : text
}

const setters: Readonly<Record<string, (options: ScriptWatchOptions, text: string) => void>> = {
  keys: (options, text) => (options.keys = text.split(',').map(keyOf)),
  emptied: (options, text) => (options.emptied = text === 'accept' ? 'accept' : 'hold'),
  settle: (options, text) => (options.settle = msOf(text)),
  resync: (options, text) => (options.resync = text === 'off' ? false : msOf(text)),
  polling: (options, text) => (options.polling = text === 'on' ? true : msOf(text)),
  wait: (options, text) => (options.wait = msOf(text)),
  maxBytes: (options, text) => (options.maxBytes = Number(text)),
}

/** `path=app.yaml keys=a,/^b/ emptied=accept` as a path below the volume and options. */
export const watchOf = (
  words: readonly string[],
): { readonly path: string; readonly options: ScriptWatchOptions } => {
  const { path = '', ...rest } = dataOf(words)
  const options: ScriptWatchOptions = {}
  for (const [name, value] of Object.entries(rest)) {
    const set = setters[name]
    if (!set)
      throw new Error(`there is no option ${name}; there are: path, ${Object.keys(setters).join(', ')}`)
    set(options, String(value))
  }
  return { path: String(path), options }
}
