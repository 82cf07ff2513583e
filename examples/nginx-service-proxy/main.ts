import { type ServiceValue, watchServices } from '@hotmount/adapters/generate'
import { push } from '@hotmount/adapters/http'
import { kubeClient } from '@hotmount/adapters/kubernetes'
import { supervise } from '@hotmount/adapters/process'
import { reload, type Reloader } from '@hotmount/core'

// The same without files and without reloads: endpoints go to an nginx that takes them while it runs.
const [selector = 'expose=nginx', control = 'http://127.0.0.1:18080', ...rest] = process.argv.slice(2)
const argv = [rest[0] ?? 'nginx', ...(rest.length > 1 ? rest.slice(1) : ['-g', 'daemon off;'])] as const

const client = await kubeClient()
const services = await watchServices(client, { selector })

const addressesIn = (bytes: Uint8Array): unknown => {
  const all = JSON.parse(new TextDecoder().decode(bytes)) as readonly ServiceValue[]
  return all.flatMap(({ endpoints }) => endpoints.map(({ address, port }) => ({ address, port })))
}
const backends = push('services.json', `${control}/configuration/backends`, { transform: addressesIn })

// nginx forgets them when it ends: each start is followed by a push of what there is.
let loop: Reloader | undefined
const pushAll = (): void => {
  void loop?.close()
  loop = reload(services, backends, { initial: true, retry: { min: '200ms', max: '10s' } })
  loop.on('report', (report) => {
    if (report.outcome === 'applied') console.log(`${report.reaction}: applied: ${report.evidence ?? ''}`)
    else if (report.outcome !== 'skipped')
      console.error(`${report.reaction}: ${report.outcome}: ${report.error.message}`)
  })
}
services.on('error', ({ message }) => console.warn(message))

const server = supervise(argv, {
  stopSignal: 'SIGQUIT',
  restart: 'onFailure',
  onEvent: ({ kind }) => kind === 'started' && pushAll(),
})
server.forward()

process.exitCode = await server.exited
await services.close()
await client.close()
