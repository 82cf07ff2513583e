import { isUtf8 } from 'node:buffer'
import { ParseFailure, positionAt } from './parser.js'

/** Nesting beyond this is refused: parsers and schemas recurse, and a deep text overflows their stack. */
export const deepest = 100

/** Values that one text may stand for, with every alias written out. A ConfigMap of 1 MiB has at most half as many. */
export const mostNodes = 1_000_000

/** Takes a byte order mark away. Making a decoder takes longer than a short text. */
const utf8 = new TextDecoder()

const goodPart = (bytes: Uint8Array): string => {
  // Decoding puts U+FFFD in the place of what is wrong, so encoding again differs there first.
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
  const end = bytes.findIndex((byte, at) => byte !== again[at])
  return new TextDecoder().decode(bytes.subarray(0, end), { stream: true })
}

/**
 * UTF-8 text without its byte order mark.
 *
 * @throws ParseFailure BAD_UTF8
 */
export const decode = (bytes: Uint8Array): string => {
  if (!isUtf8(bytes)) {
    const before = goodPart(bytes)
    throw new ParseFailure('BAD_UTF8', positionAt(before, before.length))
  }
  return utf8.decode(bytes)
}
