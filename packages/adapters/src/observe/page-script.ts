/** Keeps the page up to date; without it, it is loaded anew. Its text is what the policy of the page allows by its sum. */
export const pageScript = `
const every = 2000
let shown = new Date()
const main = () => document.querySelector('main')
const isInUse = () => !getSelection().isCollapsed
const lost = document.getElementById('lost')
const show = (next) => {
  const open = [...main().querySelectorAll('details[open]')].map((one) => one.id)
  const focused = [...main().querySelectorAll('summary, pre')].indexOf(document.activeElement)
  const scrolled = [...main().querySelectorAll('pre')].map((one) => one.scrollTop)
  const fresh = document.adoptNode(next.querySelector('main'))
  for (const one of fresh.querySelectorAll('details')) one.open = open.includes(one.id)
  main().replaceWith(fresh)
  for (const [at, one] of [...fresh.querySelectorAll('pre')].entries()) one.scrollTop = scrolled[at] ?? 0
  if (focused >= 0) fresh.querySelectorAll('summary, pre')[focused]?.focus({ preventScroll: true })
  const said = fresh.querySelector('.headline p').textContent
  const say = document.getElementById('say')
  if (say.textContent !== said) say.textContent = said
  document.title = next.title
  document.querySelector('link[rel=icon]').href = next.querySelector('link[rel=icon]').href
}
const look = async () => {
  try {
    const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(5000) })
    if (!answer.ok) throw new Error(answer.status)
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (!isInUse()) show(next)
    shown = new Date()
    lost.hidden = true
  } catch {
    lost.querySelector('time').textContent = shown.toLocaleTimeString()
    lost.hidden = false
  }
}
const go = async () => {
  if (document.visibilityState === 'visible') await look()
  setTimeout(go, every)
}
setTimeout(go, every)
`
