import { watch } from 'node:fs'
import type { Start } from './contender.js'
import { readNaively } from './naive-read.js'

/** The floor: one watch on the directory, every key read by its path when `..data` was replaced. */
export const start: Start = async (path, sink) => {
  watch(path, (_event, name) => {
    if (name === '..data') readNaively(path, sink)
  })
}
