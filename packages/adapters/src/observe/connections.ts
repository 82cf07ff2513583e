import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Keeps the number of connections within a limit by closing the one that has been idle longest: a crowd that connects
 * and says nothing must not keep a kubelet's probe out.
 */
export class Connections {
  readonly #limit: number
  readonly #idle = new Set<Socket>()
  readonly #busy = new Set<Socket>()

  /** `event`: what a server with TLS calls a connection is another one. */
  constructor(server: Server, limit: number, event: 'connection' | 'secureConnection' = 'connection') {
    this.#limit = limit
    server.on(event, (socket: Socket) => this.#open(socket))
  }

  get size(): number {
    return this.#idle.size + this.#busy.size
  }

  #open(socket: Socket): void {
    this.#idle.add(socket)
    socket.once('close', () => {
      this.#idle.delete(socket)
      this.#busy.delete(socket)
    })
    if (this.size <= this.#limit) return
    // The one that has just come is the last of the idle: where all others are busy, it may be the probe.
    const [oldest] = [...this.#idle].slice(0, -1).concat(...this.#busy)
    oldest?.destroy()
  }

  /** A request has come. False: the one before is not answered yet, and nobody but an attacker asks like that. */
  begin(socket: Socket): boolean {
    if (this.#busy.has(socket)) return false
    this.#idle.delete(socket)
    this.#busy.add(socket)
    return true
  }

  /** It is answered. */
  end(socket: Socket): void {
    if (!this.#busy.delete(socket) || socket.destroyed) return
    this.#idle.add(socket)
  }
}
