/** A mode that stands in for a program of others. */
export type Mode = 'configmap-reload' | 'prometheus-config-reloader' | 'nginx-reloader' | 'signal-sidecar'

/** A mode that nobody named. */
export interface Implied {
  readonly mode: Mode
  /** The words for it. */
  readonly words: readonly string[]
  /** How it was told, and how to say it explicitly: no value of a flag or a variable. */
  readonly because: string
  readonly explicit: string
}
