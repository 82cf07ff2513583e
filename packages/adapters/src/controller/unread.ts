/** Namespaces of which not all types have been read yet: what is not known there may be there nevertheless. */
export class Unread {
  readonly #left = new Map<string, number>()

  /** One more type of a namespace that is to be read. */
  add(namespace: string): void {
    this.#left.set(namespace, (this.#left.get(namespace) ?? 0) + 1)
  }

  /** One of them was. True: that was the last one. */
  read(namespace: string): boolean {
    const left = (this.#left.get(namespace) ?? 0) - 1
    if (left > 0) this.#left.set(namespace, left)
    else this.#left.delete(namespace)
    return left <= 0
  }

  has(namespace: string): boolean {
    return this.#left.has(namespace)
  }
}
