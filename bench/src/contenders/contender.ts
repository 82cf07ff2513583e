/** What a contender tells when it has noticed something. */
export interface Sink {
  /** It has every key in hand; `read` gives the value of one. */
  delivered(read: (key: string) => string | Uint8Array | undefined): void
  /** It noticed, and could not read. */
  failed(): void
}

/** Begins to watch a directory, written as its own documentation recommends. Resolves once it watches. */
export type Start = (path: string, sink: Sink) => Promise<void>

/** The interval of all that poll, in milliseconds. */
export const pollMs = 100
