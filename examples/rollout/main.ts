import { createServer } from 'node:http'
import { kubeClient, report, rollout } from '@hotmount/adapters/kubernetes'
import { reload, watchConfigMap } from '@hotmount/core'

// The same ConfigMap twice: as variables, which never change in a running container, and as a volume, which does.
const [directory = '/etc/shop', workload] = process.argv.slice(2)

const server = createServer((_request, response) => {
  response.end(`${process.env['GREETING'] ?? 'hello'}\n`)
})
server.listen(Number(process.env['PORT'] ?? 8080), () => {
  const address = server.address()
  console.log(`listening on port: ${typeof address === 'object' ? address?.port : address}`)
})

const mount = await watchConfigMap(directory)
const client = await kubeClient()

// A rollout takes minutes: the stage must have more time than the Deployment's progressDeadlineSeconds.
const loop = reload(mount, rollout({ client, ...(workload !== undefined && { workload }) }), {
  timeout: '11m',
  cooldown: '1m',
})
loop.on('report', (said) => {
  if (said.outcome === 'applied') console.log(`rolled out ${said.revision}: ${said.evidence ?? ''}`)
  else if (said.outcome === 'skipped') console.log(`skipped, ${said.reason}`)
  else console.error(`${said.outcome}: ${said.error.message}`)
})

// Events on this pod, and an annotation with the digest that it runs.
report(loop, { mount, client })

// This pod is replaced, too: its own end in the middle of a rollout is the usual case.
process.once('SIGTERM', () => {
  server.close()
  void mount.close().then(() => client.close())
})
