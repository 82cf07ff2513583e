import { createServer } from 'node:http'
import { liveConfig } from '@hotmount/adapters/config'
import { watchConfigMap } from '@hotmount/core'
import { z } from 'zod'

const schema = z.object({
  greeting: z.string().min(1),
  port: z.number().int().min(0).max(65_535),
})

const mount = await watchConfigMap(process.argv[2] ?? '/etc/config')
const config = await liveConfig(mount, { schema, key: 'app.yaml', restartOnly: ['port'] })

config.on('change', ({ paths }) =>
  console.log('config changed:', paths.map(({ path }) => path.join('.')).join(', ')),
)
config.on('rejected', (error) => console.error(`config rejected: ${error.message}`))
config.on('restartRequired', ({ paths }) => console.log('needs a restart:', paths.join(', ')))

// Read `config.current` where you need it: it is always a value that passed the schema.
const server = createServer((request, response) => {
  const path = request.url ?? '/'
  if (path === '/healthz') response.end(config.stale ? 'stale\n' : 'ok\n')
  else response.end(`${config.current.greeting}\n`)
})

server.listen(config.current.port, () => console.log('listening on', server.address()))

process.once('SIGTERM', () => {
  server.close()
  void mount.close()
})
