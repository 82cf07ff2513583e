import { once } from 'node:events'
import { lstat, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { UsageError } from '@hotmount/core'
import { errnoOf } from '../process/errno.js'
import type { Place } from './listen.js'

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody else listens there: choose another port, or end the other one',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES:
    'ports below 1024 need a capability (NET_BIND_SERVICE), and a socket needs a directory that can be written to',
  ENOENT: 'the directory of the socket must be there',
}

const placeText = (place: Place): string =>
  place.kind === 'unix' ? `unix:${place.path}` : `${place.host}:${place.port}`

const listen = async (server: Server, place: Place): Promise<void> => {
  if (place.kind === 'unix') server.listen({ path: place.path })
  else server.listen({ port: place.port, ...(place.host !== '' && { host: place.host }) })
  await once(server, 'listening')
}

/** Whether a socket is one that a process left behind which is no more. */
const isLeftBehind = async (path: string): Promise<boolean> => {
  const stat = await lstat(path).catch(() => undefined)
  if (stat?.isSocket() !== true) return false
  const client = connect(path)
  try {
    await once(client, 'connect')
    return false
  } catch (error) {
    return errnoOf(error) === 'ECONNREFUSED'
  } finally {
    client.destroy()
  }
}

/** Makes a server listen. @throws UsageError BAD_OPTION */
export const bind = async (server: Server, place: Place): Promise<void> => {
  try {
    await listen(server, place).catch(async (error: unknown) => {
      if (place.kind !== 'unix' || errnoOf(error) !== 'EADDRINUSE' || !(await isLeftBehind(place.path)))
        throw error
      await unlink(place.path)
      await listen(server, place)
    })
  } catch (error) {
    const code = errnoOf(error)
    throw new UsageError('BAD_OPTION', `listen: cannot listen on ${placeText(place)} (${code})`, {
      hint: remedies[code],
      origin: error,
    })
  }
}
