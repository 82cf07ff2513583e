import type { Start } from './contender.js'
import { bare, floor, ours } from './roster.js'

/** How each begins to watch. Imported when asked for: nobody pays for the memory of another. */
export const starts: Readonly<Record<string, () => Promise<Start>>> = {
  [bare]: async () => async () => {},
  [floor]: async () => (await import('./fs-watch.js')).start,
  [ours]: async () => (await import('./hotmount.js')).events,
  'fs.watch, one revision': async () => (await import('./steps.js')).oneRevision,
  'fs.watch, one revision, changed keys': async () => (await import('./steps.js')).changedKeys,
  'hotmount, polling': async () => (await import('./hotmount.js')).polling,
  'inotifywait -m': async () => (await import('./inotifywait.js')).start,
  'chokidar, directory': async () => (await import('./chokidar.js')).onDirectory,
  'chokidar, file': async () => (await import('./chokidar.js')).onFile,
  'chokidar, polling': async () => (await import('./chokidar.js')).polling,
  '@parcel/watcher': async () => (await import('./parcel.js')).start,
  'c12 watchConfig': async () => (await import('./c12.js')).start,
  'fs.watchFile': async () => (await import('./fs-watch-file.js')).start,
}
