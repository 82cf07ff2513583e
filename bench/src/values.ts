/** The key that everyone watches who can watch only one. Its name is the one that c12 looks for. */
export const firstKey = 'app.config.yaml'

/** Names of the keys of a volume, the first one first. */
export const keyNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? firstKey : `key-${index}.yaml`))

/** A value of so many bytes that says which swap it belongs to. It is JSON, and so YAML too. */
export const valueOf = (swap: number, bytes: number): string => {
  const start = `{"n":${swap},"x":"`
  return `${start}${'x'.repeat(Math.max(0, bytes - start.length - 2))}"}`
}

/** The swap that a value belongs to; NaN for less than a whole value. */
export const swapOf = (value: string | Uint8Array | undefined): number => {
  if (value === undefined || value.length === 0) return Number.NaN
  const text = typeof value === 'string' ? value : Buffer.from(value).toString()
  return text.endsWith('"}') ? Number.parseInt(/^\{"n":(\d+),/.exec(text)?.[1] ?? '', 10) : Number.NaN
}
