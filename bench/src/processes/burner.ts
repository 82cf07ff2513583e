// Keeps one core busy until it is ended; its chief is asked for now and then, so that it ends with it.
const burn = (): void => {
  const until = performance.now() + 100
  let sum = 0
  while (performance.now() < until) sum += Math.sqrt(sum + 1)
  setImmediate(burn)
}

process.on('disconnect', () => process.exit())
burn()
