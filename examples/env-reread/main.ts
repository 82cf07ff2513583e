import { createServer } from 'node:http'
import { envFile } from '@hotmount/adapters/env'
import { reload, watchConfigMap } from '@hotmount/core'

const mount = await watchConfigMap(process.argv[2] ?? '/etc/config')

// Sets, changes and unsets the variables of app.env in process.env, and no others: all of them or none.
const loop = reload(mount, envFile({ key: 'app.env', required: ['LOG_LEVEL'] }), { initial: true })
loop.on('report', (report) => {
  if (report.outcome === 'rejected') console.error(`kept the old environment: ${report.error.message}`)
  else console.log(`environment ${report.outcome} at ${report.revision}`)
})
await loop.inSync()

// Read process.env where you need it, not once at start.
const server = createServer((_request, response) => {
  const { LOG_LEVEL, FEATURE_SEARCH } = process.env
  response.end(JSON.stringify({ logLevel: LOG_LEVEL, search: FEATURE_SEARCH ?? 'unset' }))
})

server.listen(Number(process.env['PORT'] ?? 8080), () => console.log('listening on', server.address()))

process.once('SIGTERM', () => {
  server.close()
  void mount.close()
})
