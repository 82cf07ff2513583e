import { Claims } from './claims.js'
import { paletteFor } from './palette.js'
import type { Scene } from './scene.js'
import { appScene } from './scene-app.js'
import { childScene } from './scene-child.js'
import { envScene } from './scene-env.js'
import { nginxScene } from './scene-nginx.js'
import { Workshop } from './workshop.js'

const scenes: readonly Scene[] = [appScene, envScene, childScene, nginxScene]

const palette = paletteFor(process.stdout.isTTY, process.env)
const write = (line: string): void => console.log(line)

const interrupted = new AbortController()
const { signal } = interrupted
const interrupt = (): void => interrupted.abort(new Error('interrupted'))
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
// Whoever reads the output has left: `npm run demo | head`.
process.stdout.on('error', interrupt)

const play = async (workshop: Workshop): Promise<string> => {
  const claims = new Claims({ write, now: () => performance.now(), palette, signal })
  const edit = (key: string, what: string): void =>
    write(`  ${palette.accent('edit')} ${palette.dim(`${key}: ${what}`)}`)
  const startedAt = performance.now()
  let skipped = 0
  write(palette.bold('hotmount: a mounted ConfigMap is edited, and what uses it follows'))
  write(palette.dim(`Real files and processes; what is mounted is below ${workshop.directory}`))
  for (const [index, scene] of scenes.entries()) {
    signal.throwIfAborted()
    write(`\n${palette.bold(`${index + 1}. ${scene.title}`)}`)
    const missing = scene.missing?.()
    if (missing === undefined) await scene.play({ claims, workshop, signal, edit })
    else {
      skipped += 1
      write(`  ${palette.dim(`– skipped: ${missing}`)}`)
    }
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const rest = skipped > 0 ? `, ${skipped} skipped` : ''
  return `\n${palette.good('✓')} ${palette.bold(`${claims.proven} claims hold`)}${rest}, in ${seconds} s`
}

const workshop = new Workshop()
let last: string
try {
  last = await play(workshop)
} catch (thrown) {
  process.exitCode = signal.aborted ? 130 : 1
  last = `\n${palette.bad('✗')} ${thrown instanceof Error ? thrown.message : String(thrown)}`
} finally {
  await workshop.close()
}
write(last)
