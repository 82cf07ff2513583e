// Requests at a steady rate until SIGTERM; then prints what became of them. Arguments: URL, requests a second.
import autocannon from 'autocannon'

const [url, perSecond] = process.argv.slice(2)
const load = autocannon({ url, connections: 8, overallRate: Number(perSecond), duration: 60 })
process.once('SIGTERM', () => load.stop())
const { errors, timeouts, non2xx, '2xx': answered } = await load
console.log(JSON.stringify({ answered, failed: errors + timeouts + non2xx }))
