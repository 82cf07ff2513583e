import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines } from '../../../packages/adapters/src/kubernetes/json-lines.js'

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

const all = async (chunks: AsyncIterable<Uint8Array>): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  for await (const one of jsonLines(chunks)) found.push(one)
  return found
}

describe('jsonLines', () => {
  it('gives each line, wherever the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.array(fc.nat(20)), async (values, sizes) => {
        const text = values.map((value) => `${JSON.stringify(value)}\n`).join('')
        expect(await all(cut(Buffer.from(text), sizes))).toEqual(JSON.parse(JSON.stringify(values)))
      }),
    )
  })
  it('drops half of an object, and what is no line', async () => {
    expect(await all(cut(Buffer.from('{"a":1}\n\n  \n{"b":2'), [3, 7]))).toEqual([{ a: 1 }])
  })
  it('says of a whole line that it is none', async () => {
    await expect(all(cut(Buffer.from('{"a":1}\nhunter2\n'), []))).rejects.toThrow(SyntaxError)
  })
})
