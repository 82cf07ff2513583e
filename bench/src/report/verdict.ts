/** A target, and what became of it. */
export interface Verdict {
  readonly target: string
  readonly measured: string
  readonly met: boolean
}

/** The worst of several: the one that decides. undefined of none. */
export const worstOf = <One>(all: readonly One[], size: (one: One) => number | undefined): One | undefined =>
  all.reduce<One | undefined>((worst, one) => {
    const [value, most] = [size(one), worst === undefined ? undefined : size(worst)]
    if (value === undefined || Number.isNaN(value)) return worst
    return most === undefined || value > most ? one : worst
  }, undefined)
