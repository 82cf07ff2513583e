import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { report } from '@hotmount/adapters/kubernetes'
import { defineReaction, ReactionError, reload, watchConfigMap } from '@hotmount/core'

// A password that is used once, to connect: what runs never takes another one.
const [directory = '/etc/credentials'] = process.argv.slice(2)
const connection = { user: readFileSync(path.join(directory, 'username'), 'utf8').trim() }

const server = createServer((_request, response) => {
  response.end(`connected as ${connection.user}\n`)
})
server.listen(Number(process.env['PORT'] ?? 8080), () => {
  const address = server.address()
  console.log(`listening on port: ${typeof address === 'object' ? address?.port : address}`)
})

const mount = await watchConfigMap(directory)

// It says so, and does nothing: the controller, which may read no Secret, sees the report below and rolls the pods.
const restartNeeded = defineReaction({
  name: 'restart needed',
  check: ({ revision }) => {
    const where = { reaction: 'restart needed', stage: 'check', revision } as const
    throw new ReactionError('CHECK_FAILED', where, 'the connection keeps the password it was made with', {
      hint: 'this pod has to be replaced',
    })
  },
  apply: () => undefined,
})
const loop = reload(mount, restartNeeded)
loop.on('report', ({ outcome, revision }) => console.log(`${outcome}: ${revision} needs another pod`))

// The digests of what is mounted and what is in use, as annotations of this pod.
report(loop, { mount })

process.once('SIGTERM', () => {
  server.close()
  void mount.close()
})
