import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { nowUs } from '../../bench/src/clock.js'

const timeOf = (program: string): number => {
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  return Number(stdout)
}

it.runIf(process.platform === 'linux')('reads a clock that all processes share', () => {
  const before = nowUs()
  const inside = timeOf('console.log(Number(process.hrtime.bigint()) / 1000)')
  const after = nowUs()
  expect(inside).toBeGreaterThan(before)
  expect(inside).toBeLessThan(after)
})
