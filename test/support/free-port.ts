import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// The kernel gives away 32768 and more to whoever asks for any port next, so below; and no two workers in the same room.
const room = 5000
const first = 12_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 4) * room
let at = randomInt(room)

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

/** A TCP port of 127.0.0.1 that nobody listens on, and that nobody gets who did not ask for it by number. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = first + (at++ % room)
    if (await isFree(port)) return port
  }
}
