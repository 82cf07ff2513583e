/** Where in a config: `['reactions', 0, 'check']`. */
export type Path = readonly (string | number)[]

/** One mistake in a config: names and expectations, never a value. */
export interface Problem {
  readonly path: Path
  /** What is wrong, as half a sentence that follows the name of the place. */
  readonly message: string
  readonly hint?: string | undefined
  /** The name itself is wrong, rather than what it holds. */
  readonly isName?: boolean
}

/** `reactions[0].check`. */
export const pathText = (path: Path): string =>
  path
    .map((step, at) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w$-]+$/.test(step)
          ? `${at === 0 ? '' : '.'}${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join('')
