import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { documentOf, type Format } from '../document.js'
import type { Parsed } from '../processes/parsing.js'
import type { ParsingCell, ParsingRound } from '../results.js'
import { median } from '../statistics.js'

interface Cell extends ParsingCell {
  readonly swaps: number
  readonly warmups: number
  readonly rounds: ParsingRound[]
}

const run = async (bench: Bench, { format, bytes, swaps, warmups }: Cell): Promise<ParsingRound> =>
  bench.withVolumes(1, async ([path = '']) => {
    const put = async (swap: number): Promise<number> =>
      bench.put(path, { [`app.${format}`]: documentOf(format, bytes, swap) })
    await put(0)
    const process = new Child('parsing')
    await process.ask({ ask: 'start', path, format })
    const parsed: Parsed[] = []
    for (let swap = 1; swap <= warmups + swaps; swap += 1) {
      await put(swap)
      parsed.push(await process.ask<Parsed>({ ask: 'next' }))
    }
    await process.end()
    const warm = parsed.slice(warmups)
    return {
      liveMs: median(warm.map(({ liveMs }) => liveMs)),
      bareMs: median(warm.map(({ bareMs }) => bareMs)),
    }
  })

/** What a live config costs beyond parsing: validating, freezing, comparing and telling the changed paths. */
export const measureParsing = async (bench: Bench): Promise<readonly ParsingCell[]> => {
  const formats: readonly Format[] = ['json', 'yaml']
  const cells = formats.flatMap((format) =>
    bench.plan.parsing.map((size): Cell => ({ ...size, format, rounds: [] })),
  )
  await bench.eachRound(cells, async (cell) => {
    cell.rounds.push(await run(bench, cell))
  })
  return cells.map(({ format, bytes, rounds }) => ({ format, bytes, rounds }))
}
