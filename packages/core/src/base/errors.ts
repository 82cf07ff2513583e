import { showAs } from './inspect.js'

/** Codes of {@link UsageError}: the caller must act. */
export type UsageCode = 'BAD_OPTION' | 'BAD_DURATION' | 'UNKNOWN_KEY' | 'CLOSED'
/** Codes of {@link MountError}: the pod spec or the cluster must act. */
export type MountCode =
  | 'MOUNT_MISSING'
  | 'MOUNT_STATIC'
  | 'MOUNT_UNREADABLE'
  | 'MOUNT_UNSTABLE'
  | 'MOUNT_TOO_LARGE'
  | 'MOUNT_EMPTIED'
  | 'MOUNT_DETACHED'
  | 'WATCH_LIMIT'
/** Codes of {@link InvalidConfigError}: the author of the ConfigMap must act. */
export type InvalidConfigCode = 'KEY_MISSING' | 'PARSE_FAILED' | 'SCHEMA_FAILED'
/** Codes of {@link ReactionError}: the operator of the target must act. */
export type ReactionCode =
  | 'CHECK_FAILED'
  | 'TARGET_NOT_FOUND'
  | 'TARGET_AMBIGUOUS'
  | 'TARGET_FORBIDDEN'
  | 'APPLY_FAILED'
  | 'VERIFY_FAILED'
  | 'ROLLBACK_FAILED'
  | 'TIMED_OUT'
/** Every code there is; the table in docs/errors.md is compared with it by a test. */
export type ErrorCode = UsageCode | MountCode | InvalidConfigCode | ReactionCode

/** The three steps of a reaction. */
export type Stage = 'check' | 'apply' | 'verify'

/** What may be known of an error besides its code and message. */
export interface ErrorDetails {
  /** The remedy: the sysctl, the pod-spec field, the RBAC verb. */
  readonly hint?: string | undefined
  /** Whether trying the same thing again can help. */
  readonly retryable?: boolean | undefined
  /** What was thrown underneath. It may quote a config value, so it is reachable but never printed. */
  readonly origin?: unknown
}

/**
 * Base of every error of hotmount. The message names keys, paths and revisions, never a value.
 *
 * @example
 * if (error instanceof HotmountError) log.error({ code: error.code, hint: error.hint }, error.message)
 */
export abstract class HotmountError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly hint: string | undefined
  readonly #origin: unknown

  protected constructor(name: string, code: ErrorCode, message: string, details: ErrorDetails) {
    super(message)
    Object.defineProperty(this, 'name', { value: name, configurable: true })
    this.code = code
    this.retryable = details.retryable ?? false
    this.hint = details.hint
    this.#origin = details.origin
  }

  /** What was thrown underneath, if anything. It may quote a config value: do not log it. */
  get origin(): unknown {
    return this.#origin
  }

  /** Name, message and what an operator needs; no origin. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { name: this.name, message: this.message, ...Object.fromEntries(Object.entries(this)) }
  }

  // `cause` would be printed by util.inspect and by loggers, and parsers quote their input: hence `origin`.
  static {
    showAs(this.prototype, (error: HotmountError) => {
      const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`
      return `${error.stack ?? error.message}\n  code: ${error.code}${hint}`
    })
  }
}

/**
 * The caller must act: a bad option, an unknown key, something already closed.
 *
 * @example
 * snapshot.text('app.yml') // UsageError UNKNOWN_KEY: no key app.yml; there are: app.yaml
 */
export class UsageError extends HotmountError {
  declare readonly code: UsageCode
  constructor(code: UsageCode, message: string, details: ErrorDetails = {}) {
    super('UsageError', code, message, details)
  }
}

/**
 * The pod spec or the cluster must act: nothing there, never updated, unreadable, watch limits.
 *
 * @example
 * mount.on('error', (error) => log.warn({ code: error.code, path: error.path, hint: error.hint }, error.message))
 */
export class MountError extends HotmountError {
  declare readonly code: MountCode
  readonly path: string
  constructor(code: MountCode, path: string, message: string, details: ErrorDetails = {}) {
    super('MountError', code, message, details)
    this.path = path
  }
}

/** One finding about a config. `message` may quote a value: show `path`, never print `message`. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/**
 * The author of the ConfigMap must act: a key is missing, does not parse, or does not fit the schema.
 *
 * @example
 * config.on('rejected', (error) => log.warn({ key: error.key, paths: error.issues.map((i) => i.path) }, error.message))
 */
export class InvalidConfigError extends HotmountError {
  declare readonly code: InvalidConfigCode
  readonly key: string
  readonly revision: string
  readonly #issues: readonly Issue[]
  constructor(
    code: InvalidConfigCode,
    where: { readonly key: string; readonly revision: string },
    message: string,
    issues: readonly Issue[] = [],
    details: ErrorDetails = {},
  ) {
    super('InvalidConfigError', code, message, details)
    this.key = where.key
    this.revision = where.revision
    this.#issues = issues
  }

  /** Findings with paths. A getter, so that neither JSON.stringify nor a logger prints their messages. */
  get issues(): readonly Issue[] {
    return this.#issues
  }
}

/**
 * The operator of the target must act: the check refused, the process was not found, the proof did not come.
 *
 * @example
 * throw new ReactionError('VERIFY_FAILED', { reaction: 'nginx', stage: 'verify', revision }, 'old workers are still serving')
 */
export class ReactionError extends HotmountError {
  declare readonly code: ReactionCode
  readonly reaction: string
  readonly stage: Stage
  readonly revision: string
  constructor(
    code: ReactionCode,
    where: { readonly reaction: string; readonly stage: Stage; readonly revision: string },
    message: string,
    details: ErrorDetails = {},
  ) {
    super('ReactionError', code, message, details)
    this.reaction = where.reaction
    this.stage = where.stage
    this.revision = where.revision
  }
}
