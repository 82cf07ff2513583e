import { createSecureContext } from 'node:tls'
import { push, webhook } from '@hotmount/adapters/http'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { supervise } from '@hotmount/adapters/process'
import { onKeys, reload, watchConfigMap, type Reaction, type Reloader, type Snapshot } from '@hotmount/core'

const [webPath = '/etc/web', tlsPath = '/etc/tls', control = 'http://127.0.0.1:18080', ...rest] =
  process.argv.slice(2)
const argv = [rest[0] ?? 'nginx', ...(rest.length > 1 ? rest.slice(1) : ['-g', 'daemon off;'])] as const

const web = await watchConfigMap(webPath)
const tls = await watchConfigMap(tlsPath)

const tell = (loop: Reloader): Reloader =>
  loop.on('report', (report) => {
    if (report.outcome === 'applied') console.log(`${report.reaction}: applied: ${report.evidence ?? ''}`)
    else if (report.outcome !== 'skipped')
      console.error(`${report.reaction}: ${report.outcome}: ${report.error.message}`)
  })

// What nginx takes while it runs.
const backends = push('backends.json', `${control}/configuration/backends`)
const pair = (from: Snapshot) => from.pick('tls.crt', 'tls.key')
const certificate: Reaction<string> = {
  ...webhook(`${control}/configuration/certificate`, { body: ({ snapshot }) => pair(snapshot) }),
  name: 'certificate',
  check: (snapshot) => {
    const { 'tls.crt': cert, 'tls.key': key } = pair(snapshot)
    createSecureContext({ cert, key }) // throws when the two do not fit
  },
}

// nginx forgets it when it ends: each start is followed by a push of what is mounted.
let pushing: readonly Reloader[] = []
const pushAll = (): void => {
  for (const loop of pushing) void loop.close()
  const options = { initial: true, retry: { min: '200ms', max: '10s' } } as const
  pushing = [tell(reload(web, backends, options)), tell(reload(tls, certificate, options))]
}
const server = supervise(argv, {
  stopSignal: 'SIGQUIT',
  restart: 'onFailure',
  onEvent: ({ kind }) => kind === 'started' && pushAll(),
})
server.forward()

// What it does not: only these keys cost a reload.
tell(reload(web, onKeys([/\.conf$/], nginx({ ...nginxArgs(argv), process: server }))))

process.exitCode = await server.exited
await Promise.all([web.close(), tls.close()])
