import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { supervise } from '@hotmount/adapters/process'
import { reload, watchConfigMap } from '@hotmount/core'

const [directory = '/etc/nginx/conf.d', binary = 'nginx', ...args] = process.argv.slice(2)
const argv = [binary, ...(args.length > 0 ? args : ['-g', 'daemon off;'])] as const

const mount = await watchConfigMap(directory)
const server = supervise(argv, { stopSignal: 'SIGQUIT' })
server.forward()

// `nginx -t` with the same options, HUP to the child, proof that every old worker is gone or draining.
const loop = reload(mount, nginx({ ...nginxArgs(argv), process: server }))
loop.on('report', (report) => {
  if (report.outcome === 'applied') console.log(`nginx runs ${report.revision}: ${report.evidence ?? ''}`)
  else if (report.outcome === 'skipped') console.log(`nginx: skipped, ${report.reason}`)
  else console.error(`nginx: ${report.outcome}: ${report.error.message}`)
})

process.exitCode = await server.exited
await mount.close()
