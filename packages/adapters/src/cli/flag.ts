/** One flag: what --help says of it, and how it is read. */
export interface Flag {
  /** What to call its value in --help. Without one the flag is a switch. */
  readonly value?: string
  /** May be given several times. */
  readonly many?: true
  /** Shown by --help alone; the others by --help --all. */
  readonly common?: true
  /** It means something else than a flag of this name elsewhere, so that no variable is read for it. */
  readonly noVariable?: true
  /** One line. */
  readonly help: string
  /** What --help --all says after that. */
  readonly more?: string
}

/** Flags by name, without the two dashes. */
export type Flags = Readonly<Record<string, Flag>>

/** Flags of these names. */
export type FlagTable<Name extends string> = Readonly<Record<Name, Flag>>
