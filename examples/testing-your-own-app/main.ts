import { createServer } from 'node:http'
import { watchConfigMap } from '@hotmount/core'
import { featureFlags } from './feature-flags.js'

const mount = await watchConfigMap(process.argv[2] ?? '/etc/config')
const flags = await featureFlags(mount)

const server = createServer((request, response) => {
  response.end(flags.isOn(request.url?.slice(1) ?? '') ? 'on\n' : 'off\n')
})

server.listen(Number(process.env['PORT'] ?? 8080), () => console.log('listening on', server.address()))

process.once('SIGTERM', () => {
  server.close()
  void mount.close()
})
