import type { PinnedProcess } from './process-ref.js'

/** What a server says of a reload when it is asked. Its words may quote config values. */
export type Word =
  | { readonly kind: 'silent' }
  | { readonly kind: 'taken'; readonly evidence: string }
  | { readonly kind: 'refused'; readonly said: string }

/** Asks once. A server that cannot answer just now is `silent`. */
export type Question = (signal: AbortSignal) => Promise<Word>

/**
 * A server's own word, beside what its children show: a counter, a status page, a metric. Called before the signal,
 * to remember what it says then; returns the question to ask after it, or undefined when there is
 * nobody to ask, and the children alone count.
 *
 * @throws ReactionError when the server cannot be asked at all
 */
export type Witness = (target: PinnedProcess, signal: AbortSignal) => Promise<Question | undefined>
