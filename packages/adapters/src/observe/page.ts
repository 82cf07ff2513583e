import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { Answer } from './answer.js'
import { Html, markup } from './html.js'
import { historySection } from './page-history.js'
import { mountSection } from './page-mount.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'
import { clockTime, headline } from './page-words.js'
import type { StatusJson } from './status.js'
import { icon, type Tone } from './tone.js'

const sumOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** What the page may do: show itself, run its one script, and ask this server again. */
const policy = [
  "default-src 'none'",
  `style-src ${sumOf(pageStyle)}`,
  `script-src ${sumOf(pageScript)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const dots: Readonly<Record<Tone, string>> = {
  good: '1f9d63',
  busy: '2f74d0',
  calm: '7a837c',
  warn: 'e09000',
  bad: 'd92b35',
}

/** For the tab: a dot whose colour repeats what the title says. */
const dot = (tone: Tone): string =>
  `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${dots[tone]}'/%3E%3C/svg%3E`

const lead = (status: StatusJson): Html => {
  const { tone, text, detail } = headline(status)
  return markup`<div class="headline ${tone}">
    ${icon(tone)}
    <div>
      <p>${text}</p>
      ${detail === undefined ? undefined : markup`<p>${detail}</p>`}
    </div>
  </div>`
}

// Not a part of the markup below: the bundler takes a tagged text with this end of an element apart, by a package of its own.
const script = new Html(`<script>${pageScript}</script>`)

const documentOf = (status: StatusJson): Html => markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${headline(status).text} · hotmount</title>
<link rel="icon" href="${dot(headline(status).tone)}">
<noscript><meta http-equiv="refresh" content="10"></noscript>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<p id="lost" role="alert" hidden>No answer since <time></time>. What is shown here may be old.</p>
<header class="top"><h1>hotmount <span>on <bdi>${hostname()}</bdi></span></h1></header>
<main>
${lead(status)}
<div class="mounts">${status.mounts.map((mount) => mountSection(mount, status))}</div>
${historySection(status)}
<p class="small as-of">As of ${clockTime(status.time, status.time)} UTC, like all times here. Values of keys are never shown.</p>
</main>
<p id="say" role="status"></p>
<nav class="foot" aria-label="The same for machines"><a href="status">status (JSON)</a> <a href="metrics">metrics</a> <a href="livez">livez</a> <a href="readyz">readyz</a></nav>
${script}
</body>
</html>
`

/** The page for people. */
export const page = (status: StatusJson): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body: documentOf(status).text,
  headers: { 'content-security-policy': policy },
})
