/** How many letters must be added, dropped, replaced or swapped with their neighbour. */
const distance = (from: string, to: string): number => {
  let older: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const next = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwap = from[row - 2] === to[column - 1] && from[row - 1] === to[column - 2]
      const replaced = (last[column - 1] ?? 0) + (isSame ? 0 : 1)
      const swapped = isSwap && row > 1 && column > 1 ? (older[column - 2] ?? 0) + 1 : replaced
      next.push(Math.min(replaced, swapped, (last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    ;[older, last] = [last, next]
  }
  return last[to.length] ?? 0
}

/** The name that was probably meant: the closest one, or one that begins with what was typed. undefined when none is close. */
export const nearest = (typed: string, names: readonly string[]): string | undefined => {
  const limit = Math.max(1, Math.floor(typed.length / 3))
  const [best] = names
    .map((name) => ({ name, far: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .toSorted((a, b) => a.far - b.far)
  return best?.name ?? (typed.length < 2 ? undefined : names.find((name) => name.startsWith(typed)))
}

/** `; did you mean X?`, or nothing. */
export const didYouMean = (typed: string, names: readonly string[]): string => {
  const name = nearest(typed, names)
  return name === undefined ? '' : `; did you mean ${name}?`
}
