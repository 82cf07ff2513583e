/** A logarithmic axis: values from `low` to `high` lie between two x positions. */
export interface Axis {
  readonly low: number
  readonly high: number
  readonly left: number
  readonly right: number
}

/** Where a value lies; what is beyond an end lies at the end. */
export const at = ({ low, high, left, right }: Axis, value: number): number => {
  const share = Math.log(value / low) / Math.log(high / low)
  return left + Math.min(1, Math.max(0, share)) * (right - left)
}

/** The powers of ten on it. */
export const decades = ({ low, high }: Axis): readonly number[] => {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)]
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index))
}

/** An axis that holds all of these, with whole decades at its ends. */
export const axisFor = (values: readonly number[], left: number, right: number): Axis => {
  const real = values.filter((value) => Number.isFinite(value) && value > 0)
  const [least, most] = real.length === 0 ? [1, 10] : [Math.min(...real), Math.max(...real)]
  const low = 10 ** Math.floor(Math.log10(least))
  const high = 10 ** Math.ceil(Math.log10(most))
  return { low, high: high > low ? high : low * 10, left, right }
}
