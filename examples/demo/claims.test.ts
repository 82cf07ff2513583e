import { expect, it } from 'vitest'
import { ClaimFailed, Claims } from './claims.js'
import { paletteFor } from './palette.js'

const printing = (signal: AbortSignal = new AbortController().signal) => {
  const lines: string[] = []
  let time = 0
  const io = { write: (line: string) => void lines.push(line), now: () => (time += 7), signal }
  return { lines, claims: new Claims({ ...io, palette: paletteFor(false, {}) }) }
}

const shown = (isTerminal: boolean, env: NodeJS.ProcessEnv): string => paletteFor(isTerminal, env).good('x')

it('prints a claim with a tick, the time it took and the evidence, once it is proven', async () => {
  const { lines, claims } = printing()
  await claims.that('two and two are four', () => 'counted')
  expect(lines).toEqual([expect.stringMatching(/^ {2}✓ two and two are four +7 ms$/), '    counted'])
  expect(claims.proven).toBe(1)
})

it('breaks long evidence at blanks, so that it fits a terminal', async () => {
  const { lines, claims } = printing()
  const evidence = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ')
  await claims.that('long', () => evidence)
  expect(lines.slice(1).join(' ').replaceAll(/ +/g, ' ').trim()).toBe(evidence)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
})

it('prints nothing before the proof is over', async () => {
  const { lines, claims } = printing()
  await claims.that('later', () => {
    expect(lines).toEqual([])
  })
  expect(lines).toHaveLength(1)
})

it('rejects when a proof throws, prints a cross and why, and does not count it', async () => {
  const { lines, claims } = printing()
  const claim = claims.that('the earth is flat', async () => {
    throw new Error('a ship came back from the other side')
  })
  await expect(claim).rejects.toThrow(ClaimFailed)
  expect(lines[0]).toMatch(/^ {2}✗ the earth is flat/)
  expect(lines[1]).toContain('a ship came back')
  expect([claims.proven, lines.join('').includes('✓')]).toEqual([0, false])
})

it('says nothing about a proof that was interrupted', async () => {
  const stop = new AbortController()
  const { lines, claims } = printing(stop.signal)
  const claim = claims.that('never known', async () => {
    stop.abort(new Error('interrupted'))
    throw new Error('the mount is closed')
  })
  await expect(claim).rejects.toThrow('interrupted')
  expect(lines).toEqual([])
})

it('has colours on a terminal, without NO_COLOR', () => {
  expect(shown(true, {})).toBe('\u001B[32mx\u001B[39m')
  expect(shown(false, { FORCE_COLOR: '1' })).toBe('\u001B[32mx\u001B[39m')
  expect(shown(false, {})).toBe('x')
  expect(shown(true, { NO_COLOR: '1' })).toBe('x')
})
