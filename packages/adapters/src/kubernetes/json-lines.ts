import { tooLarge } from './explain.js'

const lineEnd = 0x0a
// An object has a few megabytes at most; without an end, a line would take all memory that there is.
const longestLine = 32 * 1024 * 1024

/**
 * The lines of a stream, each parsed as JSON as soon as it is whole. What a cut leaves of the last one is dropped:
 * half an object is none.
 *
 * @throws SyntaxError for a line that is whole and no JSON, an error with the code ANSWER_TOO_LARGE for one that does not end
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void, undefined> {
  // Pieces, not one growing buffer: an object of a megabyte comes in sixteen chunks or more.
  let pieces: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, start)) {
      pieces.push(chunk.subarray(start, end))
      start = end + 1
      const text = Buffer.concat(pieces).toString('utf8')
      pieces = []
      size = 0
      if (text.trim() !== '') yield JSON.parse(text) as unknown
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start))
    size += chunk.length - start
    if (size > longestLine) throw Object.assign(new Error('a line without end'), { code: tooLarge })
  }
}
