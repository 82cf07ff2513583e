import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect, createSecureContext, type TLSSocket } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { defineReaction, reload, type Snapshot, watchConfigMap } from '@hotmount/core'

const mount = await watchConfigMap(process.argv[2] ?? '/etc/tls', { keys: ['tls.crt', 'tls.key'] })

// Both halves come from one revision: never the new certificate with the old key.
const pairOf = (snapshot: Snapshot): { cert: string; key: string } => ({
  cert: snapshot.text('tls.crt'),
  key: snapshot.text('tls.key'),
})

const server = createServer(pairOf(mount.snapshot), (_request, response) => response.end('hello\n'))

const certificate = defineReaction({
  name: 'certificate',
  // Throws when the halves do not belong together: the server keeps the pair it has.
  check: (snapshot) => void createSecureContext(pairOf(snapshot)),
  apply: ({ snapshot }) => {
    server.setSecureContext(pairOf(snapshot))
    return new X509Certificate(snapshot.text('tls.crt')).fingerprint256
  },
  verify: async (wanted, { signal }) => {
    const { port } = server.address() as AddressInfo
    const socket: TLSSocket = connect({ port, rejectUnauthorized: false })
    await once(socket, 'secureConnect', { signal }).finally(() => socket.end())
    const served = socket.getPeerX509Certificate()?.fingerprint256
    if (served !== wanted) throw new Error('another certificate is served')
    return `serves ${served}`
  },
})

const loop = reload(mount, certificate)
loop.on('report', (report) => {
  if (report.outcome === 'applied') console.log(report.evidence)
  else if (report.outcome === 'rejected') console.error(`kept the old pair: ${report.error.message}`)
})

server.listen(Number(process.env['PORT'] ?? 8443), () => console.log('listening on', server.address()))

process.once('SIGTERM', () => {
  server.close()
  void mount.close()
})
