const words: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false])),
}

/** A boolean as Go's ParseBool reads it; undefined for any other text. */
export const goBool = (text: string | undefined): boolean | undefined =>
  text !== undefined && Object.hasOwn(words, text) ? words[text] : undefined

/** The items of a comma-separated list, trimmed; empty ones are left out. */
export const commaList = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
