import { describe, expect, it } from 'vitest'
import { contenders } from '../../bench/src/contenders/roster.js'
import { at, axisFor, decades } from '../../bench/src/plot/axis.js'
import { plotOf } from '../../bench/src/plot/plot.js'
import { sample } from './sample-results.js'

describe('a logarithmic axis', () => {
  const axis = axisFor([0.3, 20], 100, 400)
  it('has whole decades at its ends', () => {
    expect(axis).toEqual({ low: 0.1, high: 100, left: 100, right: 400 })
    expect(decades(axis)).toEqual([0.1, 1, 10, 100])
  })
  it('puts equal ratios at equal distances, and nothing outside', () => {
    expect([0.1, 1, 10, 100].map((value) => Math.round(at(axis, value)))).toEqual([100, 200, 300, 400])
    expect([at(axis, 0.01), at(axis, 1e6)]).toEqual([100, 400])
  })
  it('is there even for nothing, and for one decade', () => {
    expect(axisFor([], 0, 1)).toMatchObject({ low: 1, high: 10 })
    expect(axisFor([10], 0, 1)).toMatchObject({ low: 10, high: 100 })
  })
})

describe('the plot', () => {
  const plot = plotOf(sample)
  it('names every contender and shows a dot with its figure for each measured size', () => {
    for (const { name } of contenders) expect(plot).toContain(name)
    expect(plot).toContain('<title>hotmount, 500 keys: 10 ms (9.9–10.5)</title>')
    // Five cells on a quiet machine, in two panels, and two in the legend.
    expect(plot.match(/<circle/g)).toHaveLength(5 * 2 + 2)
  })
  it('says in words what was lost', () => {
    expect(plot).toMatch(/class="bad"[^>]*>4 of 10</)
    expect(plot).toMatch(/class="good"[^>]*>0 of 20</)
  })
  it('stands alone, for light and dark pages', () => {
    expect(plot).not.toMatch(/href=|url\(|@import|<script|NaN|undefined/)
    expect(plot).toContain('prefers-color-scheme: dark')
    expect(plot).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  })
  it('closes every element that it opens', () => {
    const open: string[] = []
    const strays: string[] = []
    for (const [tag, slash, name = '', closed] of plot.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (slash === '/' && open.pop() !== name) strays.push(tag)
      if (slash === '' && closed === '') open.push(name)
    }
    expect({ open, strays }).toEqual({ open: [], strays: [] })
  })
})
