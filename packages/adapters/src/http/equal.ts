import { isDeepStrictEqual } from 'node:util'

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

// JSON.parse makes equals of 9007199254740993 and …992: where a text has such a number, only its bytes count.
const hasLongNumber = (text: string): boolean => /\d{16,}/.test(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''))

/** Whether two bodies say the same: the same bytes, or the same JSON, in whatever order and spacing. */
export const saysTheSame = (one: Buffer, other: Buffer): boolean => {
  if (one.equals(other)) return true
  const texts = [one.toString('utf8'), other.toString('utf8')] as const
  if (texts.some(hasLongNumber)) return false
  const [a, b] = [parsed(texts[0]), parsed(texts[1])]
  return a !== undefined && b !== undefined && isDeepStrictEqual(a.value, b.value)
}
