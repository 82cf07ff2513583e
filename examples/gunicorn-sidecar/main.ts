import { gunicorn } from '@hotmount/adapters/gunicorn'
import { processMatching } from '@hotmount/adapters/process'
import { reload, watchConfigMap } from '@hotmount/core'

const [directory = '/etc/gunicorn', app = 'app:app'] = process.argv.slice(2)

// Matches the command line as well as the title 'gunicorn: master [app:app]'; of master and workers the topmost counts.
const master = processMatching(new RegExp(`gunicorn.*${app.replaceAll('.', String.raw`\.`)}`))

const mount = await watchConfigMap(directory)

// gunicorn ends when the config it re-reads is bad: the check is made from the command that starts it.
const command = ['gunicorn', '-c', `${directory}/gunicorn.conf.py`, app] as const

const loop = reload(mount, gunicorn({ process: master, command }))
loop.on('report', (report) => {
  if (report.outcome === 'applied') console.log(`gunicorn runs ${report.revision}: ${report.evidence ?? ''}`)
  else if (report.outcome === 'skipped') console.log(`gunicorn: skipped, ${report.reason}`)
  else console.error(`gunicorn: ${report.outcome}: ${report.error.message}`)
})

console.log(`watching ${directory} for ${master.describe}`)

process.once('SIGTERM', () => void mount.close())
