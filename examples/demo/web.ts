import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** The body of a GET on a connection of its own, or 'refused' when nobody listens. */
export const ask = async (port: number, path = '/'): Promise<string> => {
  const url = `http://127.0.0.1:${port}${path}`
  const response = await fetch(url, { headers: { connection: 'close' } }).catch(() => undefined)
  return response ? (await response.text().catch(() => 'refused')).trim() : 'refused'
}

/** Ports that nobody listens on now, all different. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(
    servers.map((server) => {
      server.close()
      return once(server, 'close')
    }),
  )
  return ports
}
