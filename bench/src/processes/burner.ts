import { serve } from '../serve.js'

const burnMs = 50

/** Keeps one core busy. */
const burn = (): void => {
  const until = performance.now() + burnMs
  let sum = 0
  while (performance.now() < until) sum += Math.sqrt(sum + 1)
  setImmediate(burn)
}

// Between two burns it hears whether it should end.
serve({})
burn()
