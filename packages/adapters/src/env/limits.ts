/** Bytes that Linux takes of one variable, with its name and `=`; with more, no program can be started. */
export const longest = 131_071
/** Bytes of all variables of a set. Linux takes 2 MiB for a program: the rest is for its other variables and arguments. */
export const longestTogether = 1_572_864

// Linux keeps a terminating NUL and a pointer for each.
const overheadBytes = 9

/**
 * Tells of the first variables with which no program could be started. process.env takes anything, and every child
 * would fail with E2BIG.
 */
export const findTooLong = (
  values: ReadonlyMap<string, string>,
  refuse: (name: string, message: string) => void,
): void => {
  let together = 0
  for (const [name, value] of values) {
    const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value)
    together += bytes + overheadBytes
    if (bytes > longest) refuse(name, `is over ${longest} bytes with its name`)
    if (together <= longestTogether) continue
    refuse(name, `makes them over ${longestTogether} bytes together`)
    return
  }
}
