import { UsageError } from '@hotmount/core'

/** One span of a week that comes again: minutes of the day, in some time zone. */
interface Span {
  /** 0 is Monday. */
  readonly days: ReadonlySet<number>
  readonly from: number
  /** At or before `from`: on the next day. */
  readonly to: number
  readonly zone: string
}

/** The times of a week in which something may happen. */
export type Calendar = readonly Span[]

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const minutesOfDay = 1440
// Asked once a minute, for every workload that waits.
const mostSpans = 100
const longestText = 8192
const hint =
  'write Mon-Fri 22:00-04:00 Europe/Berlin; several are separated by a semicolon; without a zone it is UTC'

const bad = (option: string, what: string): UsageError =>
  new UsageError('BAD_OPTION', `${option}: ${what}`, { hint })

const readDays = (text: string, option: string): ReadonlySet<number> => {
  const days = new Set<number>()
  for (const part of text.toLowerCase().split(',')) {
    const [first = '', last = first, ...more] = part.split('-').map((name) => name.trim())
    const [from, to] = [dayNames.indexOf(first), dayNames.indexOf(last)]
    if (from < 0 || to < 0 || more.length > 0) throw bad(option, 'no days of the week')
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === to) break
    }
  }
  return days
}

const readTime = (text: string, option: string): number => {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text)
  const minutes = Number(match?.[1]) * 60 + Number(match?.[2])
  if (!(minutes <= minutesOfDay) || Number(match?.[2]) > 59) throw bad(option, 'no time of day')
  return minutes
}

// Each holds some 30 KB, and a zone may be written in as many ways as it has letters: `europe/Berlin`.
const mostClocks = 200
const clocks = new Map<string, Intl.DateTimeFormat>()

const clockOf = (zone: string): Intl.DateTimeFormat => {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const oldest = clocks.size >= mostClocks ? clocks.keys().next().value : undefined
  if (oldest !== undefined) clocks.delete(oldest)
  clocks.set(zone, clock)
  return clock
}

const readZone = (zone: string, option: string): string => {
  try {
    clockOf(zone)
    return zone
  } catch {
    throw bad(option, 'an unknown time zone')
  }
}

const readSpan = (text: string, option: string): Span => {
  const words = text.trim().split(/\s+/)
  const at = words.findIndex((word) => /^\d/.test(word))
  const [from, to, ...more] = (words[at] ?? '').split('-')
  if (at < 0 || from === undefined || to === undefined || more.length > 0 || words.length > at + 2)
    throw bad(option, 'no span of time')
  return {
    days: at === 0 ? new Set(dayNames.keys()) : readDays(words.slice(0, at).join(''), option),
    from: readTime(from, option),
    to: readTime(to, option),
    zone: readZone(words[at + 1] ?? 'UTC', option),
  }
}

/**
 * Reads times of a week: `Mon-Fri 22:00-04:00 Europe/Berlin; Sat,Sun 00:00-24:00`. A span that ends before it begins
 * ends on the next day.
 *
 * @throws UsageError BAD_OPTION
 */
export const readCalendar = (text: string, option: string): Calendar => {
  const parts = text.length > longestText ? [] : text.split(';').filter((part) => part.trim() !== '')
  if (text.length > longestText || parts.length > mostSpans)
    throw bad(option, 'more spans than anybody needs')
  return parts.map((part) => readSpan(part, option))
}

/** Whether a calendar is open at a time. In its own zone, so daylight saving is as the people there have it. */
export const isOpen = (calendar: Calendar, nowMs: number): boolean =>
  calendar.some(({ days, from, to, zone }) => {
    const parts = Object.fromEntries(
      clockOf(zone)
        .formatToParts(nowMs)
        .map(({ type, value }) => [type, value]),
    )
    const day = dayNames.indexOf((parts['weekday'] ?? '').toLowerCase())
    const minute = Number(parts['hour']) * 60 + Number(parts['minute'])
    if (to > from) return days.has(day) && minute >= from && minute < to
    return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to)
  })
