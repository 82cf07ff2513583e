import type { Bench } from '../bench.js'
import type { Part, Results } from '../results.js'
import { measureBursts } from './bursts.js'
import { measureFootprint, measureImports } from './footprint.js'
import { measureLatency } from './latency.js'
import { measureParsing } from './parsing.js'
import { measureScale } from './scale.js'
import { measureSharing } from './sharing.js'
import { measureStall } from './stall.js'
import { measureStorm } from './storm.js'

type Measurements = { readonly [P in Part]: (bench: Bench) => Promise<NonNullable<Results[P]>> }

/** Every measurement, in the order in which they run. */
export const measurements: Measurements = {
  latency: measureLatency,
  bursts: measureBursts,
  footprint: measureFootprint,
  imports: measureImports,
  sharing: measureSharing,
  scale: measureScale,
  stall: measureStall,
  storm: measureStorm,
  parsing: measureParsing,
}

/** The names that `--only` takes. */
export const parts: readonly Part[] = Object.keys(measurements) as Part[]
