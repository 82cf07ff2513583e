import { parseScript, type ScriptLine } from './script-line.js'
import type { ScriptWatchOptions } from './script-options.js'
import type { ScriptMount } from './script-record.js'
import { ScriptSession } from './script-session.js'
import { ScriptVolume } from './script-volume.js'

/** How {@link runScript} is to run. */
export interface ScriptOptions {
  /** What is put to the test: `watchConfigMap`, or a watcher of your own of the same shape. */
  readonly watch: (path: string, options: ScriptWatchOptions) => Promise<ScriptMount>
  /** Name of the script, for errors. Default `script`. */
  readonly name?: string
  /** How long an expected event may take, in milliseconds. Default 5000. */
  readonly timeoutMs?: number
}

const perform = async (line: ScriptLine, volume: ScriptVolume, session: ScriptSession): Promise<void> => {
  const [verb = '', ...words] = line.words
  if (await session.perform(verb, words)) return
  if (await volume.perform(verb, words)) return
  throw new Error(`there is no verb ${verb}`)
}

const told = (where: string, error: unknown): Error =>
  new Error(`${where}: ${error instanceof Error ? error.message : 'failed'}`)

/**
 * Runs a script: one statement a line, `#` begins a comment. It writes to a real directory, has it watched, and
 * compares what the watcher tells. Anything told that no line expects is a failure. Verbs:
 *
 * - a volume: `order links-first`, `mount k=v`, `swap k=v`, `patch k=v`, `remove k`, `detach`, `fsgroup`,
 *   `crash after STEP swap k=v`, `crash before publish swap k=v`, `fail at STEP swap k=v`
 *   with a STEP of write, publish, link, unlink, prune
 * - an ordinary directory: `plain k=v`, `write k=v`, `append k=v`, `truncate k`, `touch k`, `rename-over k=v`,
 *   `vim-open k`, `vim-save k=v`, `rm k`
 * - the watcher: `watch path=k keys=k,/pattern/ emptied=accept`, `begin watch` (does not wait), `close`
 * - `expect`: `change added=k changed=k,l removed=k`, `nothing`, `error CODE`, `recovered CODE`, `refused CODE`,
 *   `open`, `snapshot k=v`, and `finally k=v` (any number of changes until that is seen)
 *
 * A value is `x`, `"x y\n"`, `@repeat("x",1000)` or `@hex(00ff)`.
 *
 * @throws Error that names the line, what was expected and what came, by keys and codes, never a value
 * @example
 * await runScript('mount a=1\nwatch\nswap a=2\nexpect change changed=a', { watch: watchConfigMap })
 */
export const runScript = async (text: string, options: ScriptOptions): Promise<void> => {
  const { name = 'script', timeoutMs = 5000, watch } = options
  const lines = parseScript(text, name)
  const volume = await ScriptVolume.make()
  const session = new ScriptSession(volume.path, watch, timeoutMs)
  try {
    for (const line of lines)
      await perform(line, volume, session).catch((error: unknown) => {
        throw told(`${name}:${line.number}`, error)
      })
    const rest = session.untaken()
    if (rest !== undefined) throw new Error(`${name}: at the end came ${rest}, which no line expects`)
  } finally {
    try {
      await session.close()
    } finally {
      await volume.discard()
    }
  }
}
