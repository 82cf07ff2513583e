import type { Answer } from './answer.js'
import type { StatusJson } from './status.js'

/** The page for people. */
export const page = (status: StatusJson): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body: `<!doctype html><title>hotmount</title><p>${status.mounts.length}`,
})
