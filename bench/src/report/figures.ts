import type { Spread } from '../statistics.js'

/** Three digits that count, without an exponent: 0.213, 14.2, 1,240. A dash for what was not measured. */
export const digits = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return `${Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3))}`
}

/** Microseconds as milliseconds. */
export const ms = (us: number | undefined): string => digits(us === undefined ? undefined : us / 1000)

/** A ratio with two decimals. */
export const times = (ratio: number | undefined): string =>
  ratio === undefined || !Number.isFinite(ratio) ? '–' : `${ratio.toFixed(2)} ×`

/** A ratio, and between which values the rounds lie. */
export const timesWithin = (spread: Spread | undefined): string =>
  spread === undefined ? '–' : `${times(spread.median)} (${spread.low.toFixed(2)}–${spread.high.toFixed(2)})`

/** A share of one, as per cent. */
export const percent = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? '–' : `${digits(share * 100)} %`

/** Bytes in the unit of a thousand that suits them. */
export const bytes = (count: number | undefined): string => {
  if (count === undefined || !Number.isFinite(count)) return '–'
  if (Math.abs(count) >= 1e6) return `${digits(count / 1e6)} MB`
  return `${digits(count / 1e3)} KB`
}
