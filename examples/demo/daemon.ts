// The wrapped child: a daemon of the old kind. It reads its config at start and on SIGHUP, and never by itself.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [file = '', port = ''] = process.argv.slice(2)
let config = readFileSync(file)

process.on('SIGHUP', () => {
  const next = readFileSync(file)
  // Like many daemons it keeps what it has when the new config is wrong, and tells nobody.
  if (next.toString().startsWith('level=')) config = next
})

createServer((_request, response) => {
  response.end(createHash('sha256').update(config).digest('hex'))
}).listen(Number(port), '127.0.0.1')
