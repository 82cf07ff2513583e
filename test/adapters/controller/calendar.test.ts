import { describe, expect, it } from 'vitest'
import { isOpen, readCalendar } from '../../../packages/adapters/src/controller/calendar.js'

const at = (text: string): number => Date.parse(text)

describe('a calendar', () => {
  it.each<[calendar: string, open: readonly string[], closed: readonly string[]]>([
    // 2026-03-02 is a Monday.
    [
      'Mon 10:00-11:00',
      ['2026-03-02T10:00Z', '2026-03-02T10:59:59Z'],
      ['2026-03-02T09:59Z', '2026-03-02T11:00Z', '2026-03-03T10:30Z'],
    ],
    ['10:00-11:00', ['2026-03-02T10:30Z', '2026-03-08T10:30Z'], ['2026-03-02T12:00Z']],
    [
      'Mon-Fri 22:00-04:00',
      ['2026-03-02T22:00Z', '2026-03-03T03:59Z', '2026-03-07T03:00Z'],
      ['2026-03-02T03:00Z', '2026-03-07T22:00Z', '2026-03-03T04:00Z'],
    ],
    [
      'Sun-Mon 23:00-01:00',
      ['2026-03-08T23:30Z', '2026-03-09T00:30Z', '2026-03-10T00:30Z'],
      ['2026-03-10T23:30Z'],
    ],
    [
      'Sat,Sun 00:00-24:00',
      ['2026-03-07T00:00Z', '2026-03-08T23:59Z'],
      ['2026-03-06T23:59Z', '2026-03-09T00:00Z'],
    ],
    ['sat , sun 00:00-24:00 UTC', ['2026-03-07T12:00Z'], ['2026-03-09T12:00Z']],
    ['00:00-00:00', ['2026-03-07T12:00Z', '2026-03-07T00:00Z'], []],
    ['Mon 22:00-23:00 Europe/Berlin', ['2026-03-02T21:30Z'], ['2026-03-02T22:30Z']],
    // Summer time there: the same hour of people's clocks.
    ['Mon 22:00-23:00 Europe/Berlin', ['2026-07-06T20:30Z'], ['2026-07-06T21:30Z']],
    ['Mon 10:00-11:00; Tue 12:00-13:00', ['2026-03-02T10:30Z', '2026-03-03T12:30Z'], ['2026-03-02T12:30Z']],
    ['', [], ['2026-03-02T10:30Z']],
  ])('%s', (text, open, closed) => {
    const calendar = readCalendar(text, 'window')
    expect(open.filter((time) => !isOpen(calendar, at(time)))).toEqual([])
    expect(closed.filter((time) => isOpen(calendar, at(time)))).toEqual([])
  })
  it.each([
    'Mon',
    'Mon 10-11',
    'Mon 10:00',
    'Mon 10:00-24:01',
    'Mon 10:60-11:00',
    'Funday 10:00-11:00',
    'Mon-Tue-Wed 10:00-11:00',
    'Mon 10:00-11:00 Mars/Olympus',
    'Mon 10:00-11:00 UTC now',
  ])('%s is none', (text) => {
    expect(() => readCalendar(text, 'window')).toThrow(/^window: /)
  })
})
