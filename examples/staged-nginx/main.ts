import { nginx } from '@hotmount/adapters/nginx'
import { pidFile, supervise } from '@hotmount/adapters/process'
import { stage } from '@hotmount/adapters/stage'
import { reload, watchConfigMap } from '@hotmount/core'

const [directory = '/etc/web', into = '/staged', run = '/tmp', binary = 'nginx'] = process.argv.slice(2)
const pid = `${run}/nginx.pid`
const globals = `daemon off; pid ${pid};`

const mount = await watchConfigMap(directory)

// Called with the candidate, for `nginx -t`, and with what is published, for the reload.
const web = stage({ into }, (staged) =>
  nginx({ binary, globals, prefix: run, config: `${staged}/nginx.conf`, process: pidFile(pid) }),
)

// Before nginx starts: what an earlier life proved, else what is mounted if `nginx -t` takes it.
const up = await web.bringUp(mount.snapshot)
console.log(up.isLatest ? 'starting with what is mounted' : 'starting with the last known good config')

const argv = [binary, '-c', `${up.directory}/nginx.conf`, '-p', run, '-g', globals] as const
const server = supervise(argv, { stopSignal: 'SIGQUIT' })
server.forward()

const loop = reload(mount, web, { applied: up.applied })
loop.on('report', (report) => {
  if (report.outcome === 'applied') console.log(`nginx runs ${report.revision}: ${report.evidence ?? ''}`)
  else if (report.outcome === 'skipped') console.log(`nginx: skipped, ${report.reason}`)
  else console.error(`nginx: ${report.outcome}: ${report.error.message}`)
})

process.exitCode = await server.exited
await mount.close()
