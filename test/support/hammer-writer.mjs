// Writes to a simulated volume from a process of its own, in bursts, so that a reader is raced as by a kubelet.
//   node hammer-writer.mjs '{"path":"…","swaps":2000,"gapsMs":[0,60],"keys":[1,50],"seed":1,"wait":true}'
// Every value of one swap begins with `n=<swap number> `: a snapshot with two numbers in it is torn. With `wait`, the
// volume is made (swap 0), `ready` is printed, and a line on standard input starts the swaps.
// The last line printed is {"swaps","changed","last":{"revision","number"}}. The volume is left as it is.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { simulateMount } from '@hotmount/core/testing'

const {
  path,
  swaps,
  gapsMs = [0, 60],
  keys = [1, 50],
  seed = 1,
  wait = false,
  order = 'current',
} = JSON.parse(process.argv[2] ?? '{}')

/** Mulberry32: small, and the same numbers for the same seed everywhere. */
let state = seed >>> 0
const chance = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const between = ([least, most]) => least + Math.floor(chance() * (most - least + 1))

const dataOf = (number) =>
  Object.fromEntries(
    Array.from({ length: between(keys) }, (_, index) => [
      // A few keys are nested: no event names them.
      index % 7 === 6 ? `nested/k${index}` : `k${index}`,
      `n=${number} ${'x'.repeat(between([0, 300]))}`,
    ]),
  )

let last = { data: dataOf(0), number: 0 }
const volume = await simulateMount(last.data, { path, order })

if (wait) {
  const lines = createInterface({ input: process.stdin })
  process.stdout.write('ready\n')
  await once(lines, 'line')
  lines.close()
  process.stdin.destroy()
}

let changed = 0
for (let number = 1; number <= swaps; number += 1) {
  // One in twenty is the kubelet's periodic sync: the same bytes again.
  if (chance() >= 0.05) last = { data: dataOf(number), number }
  if ((await volume.swap(last.data)) !== undefined) changed += 1
  // Bursts: two of three swaps follow at the least distance.
  const gapMs = chance() < 2 / 3 ? gapsMs[0] : between(gapsMs)
  if (gapMs > 0) await sleep(gapMs)
}

const { revision } = await volume.published()
process.stdout.write(`${JSON.stringify({ swaps, changed, last: { revision, number: last.number } })}\n`)
