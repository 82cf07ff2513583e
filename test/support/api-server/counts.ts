/** How often what was asked for, by verb and resource: 'patch deployments'. */
export class Counts {
  readonly #counts = new Map<string, number>()

  add(verb: string, resource: string): void {
    const name = `${verb} ${resource}`
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** All that was asked for, by name. */
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }

  clear(): void {
    this.#counts.clear()
  }
}
