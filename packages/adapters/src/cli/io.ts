/** Somewhere to write text. */
export interface Output {
  /** Whether a person is looking: then there are colours, and log lines for reading. */
  readonly isTTY: boolean
  write(text: string): void
}

/** All that the command knows of the outside world. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Aborts when the command is to end. A reason that is a signal's name (`'SIGTERM'`) gives the exit code 128 + n. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of this process: 1 is warned about. */
  readonly pid: number
  readonly now: () => Date
}
