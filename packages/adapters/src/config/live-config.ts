import type { EventEmitter } from 'eventemitter3'
import { type Mount, type Snapshot, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { requireMount } from '../options/required.js'
import type { LiveConfigEvents } from './events.js'
import { Judge } from './judge.js'
import type { LiveConfigOptions } from './options.js'
import { Running } from './running.js'
import type { AnySchema, OutputOf } from './schema.js'

/**
 * A config that follows its mount.
 *
 * @example
 * config.on('change', ({ paths }) => log.info({ paths: paths.map(({ path }) => path.join('.')) }, 'config changed'))
 */
export interface LiveConfig<T> extends EventEmitter<LiveConfigEvents<T>>, AsyncDisposable {
  /** Deeply frozen; always a value that passed the schema. */
  readonly current: T
  /** Revision that `current` was read from. Stays while nothing of a newer one can be applied without a restart. */
  readonly revision: string
  /** A newer revision was refused. */
  readonly stale: boolean
  /**
   * Changed `restartOnly` paths: what is mounted there is not in `current` until a restart. All changed paths, when
   * the rest does not go together with the values that run.
   */
  readonly waiting: readonly string[]
  /** Revision, staleness and what waits: what may be printed. `current` is not. */
  toJSON(): Readonly<Record<string, unknown>>
  /**
   * Calls back when one part changes. Returns how to stop.
   *
   * @example
   * const stop = config.select(({ log }) => log.level, (level) => { logger.level = level })
   */
  select<U>(pick: (config: T) => U, onChange: (next: U, previous: U) => void): () => void
  /**
   * Resolves once what is mounted now has been accepted. Asks a schema again that threw.
   *
   * @throws InvalidConfigError when it was refused; UsageError CLOSED
   */
  inSync(): Promise<void>
  /** Stops following; `current` stays. Happens by itself when the mount closes. */
  close(): Promise<void>
}

const requireOpen = (mount: Mount): void => {
  if (!mount.signal.aborted) return
  throw new UsageError('CLOSED', `the mount ${mount.path} is closed`, {
    hint: 'open the config while the mount is open; it closes with `close()` and with the signal it was given',
  })
}

/**
 * Keeps a typed, validated value in step with a mount. A bad edit keeps the last good value.
 *
 * @throws InvalidConfigError KEY_MISSING, PARSE_FAILED or SCHEMA_FAILED when the first value is bad;
 * UsageError BAD_OPTION or CLOSED.
 * @example
 * const schema = z.object({ port: z.number(), log: z.object({ level: z.string() }) })
 * const config = await liveConfig(mount, { schema, key: 'app.yaml', env: { prefix: 'APP' } })
 * config.current.log.level
 */
export async function liveConfig<S extends AnySchema>(
  mount: Mount,
  options: LiveConfigOptions<S>,
): Promise<LiveConfig<OutputOf<S>>>
// Inside, nothing depends on the type: the emitter's own types cannot be resolved for an open one.
export async function liveConfig(mount: Mount, options: LiveConfigOptions<AnySchema>): Promise<Running> {
  requireMount('liveConfig', mount)
  refuseUnknown('liveConfig', options, {
    schema: true,
    restartOnly: true,
    key: true,
    keys: true,
    properties: true,
    parser: true,
    defaults: true,
    env: true,
  })
  const judge = new Judge(options)
  let snapshot: Snapshot
  let judgement
  do {
    requireOpen(mount)
    snapshot = mount.snapshot
    judgement = await judge.first(snapshot)
  } while (snapshot !== mount.snapshot)
  requireOpen(mount)
  if (judgement.kind === 'refused') throw judgement.error
  return new Running(mount, judge, { snapshot, accepted: judgement })
}
