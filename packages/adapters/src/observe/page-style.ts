/** How the page looks. Its text is what the policy of the page allows by its sum. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f1; --card: #fff; --line: #dcdfd8; --ink: #1b211d; --soft: #59615b; --code: #eef0ea;
  --good: #0a6640; --good-bg: #ddf2e5; --busy: #1c549c; --busy-bg: #e0ecfb; --warn: #7d4700; --warn-bg: #fdecc8;
  --bad: #a31621; --bad-bg: #fde3e1; --calm: #59615b; --calm-bg: #eceee9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1210; --card: #171c19; --line: #2b322d; --ink: #e5eae6; --soft: #a0aaa3; --code: #222924;
    --good: #6fdca0; --good-bg: #12301f; --busy: #8fbfff; --busy-bg: #14263f; --warn: #ffc766; --warn-bg: #3a2a08;
    --bad: #ff9c94; --bad-bg: #431517; --calm: #a0aaa3; --calm-bg: #222924;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body > * { max-width: 82rem; margin: 0 auto; padding: 0 1rem; }
h1, h2, h3, p, ul, ol, dl, dd, pre { margin: 0; padding: 0; font-size: inherit; }
ul, ol { list-style: none; }
code, pre, .key, .path, .keys { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; overflow-wrap: anywhere; }
a { color: var(--busy); }
:focus-visible { outline: 2px solid var(--busy); outline-offset: 2px; border-radius: 4px; }
.icon { flex: none; width: 1.05em; height: 1.05em; vertical-align: -.16em; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.good { color: var(--good); } .busy { color: var(--busy); } .warn { color: var(--warn); } .bad { color: var(--bad); } .calm { color: var(--calm); }
.small { font-size: .85rem; color: var(--soft); }
.top { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1rem; padding-top: 1rem; padding-bottom: .75rem; }
.top h1 { font-size: 1rem; font-weight: 650; letter-spacing: -.01em; }
.top h1 span { color: var(--soft); font-weight: 400; }
#lost { position: sticky; top: 0; z-index: 1; padding-top: .6rem; padding-bottom: .6rem; background: var(--bad-bg); color: var(--bad); font-weight: 600; }
#say { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
main, .mounts { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-content: start; }
@media (min-width: 64rem) { main { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); } .headline, .as-of { grid-column: 1 / -1; } }
.headline { display: flex; gap: .85rem; align-items: flex-start; padding: 1.1rem 1.25rem; border-radius: 14px; border: 1px solid currentColor; }
.headline .icon { width: 1.9rem; height: 1.9rem; stroke-width: 1.4; margin-top: .1rem; }
.headline p:first-child { font-size: 1.3rem; line-height: 1.35; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
.headline p + p { color: var(--ink); overflow-wrap: anywhere; }
.headline.good { background: var(--good-bg); } .headline.busy { background: var(--busy-bg); } .headline.warn { background: var(--warn-bg); } .headline.bad { background: var(--bad-bg); } .headline.calm { background: var(--calm-bg); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.1rem 1.25rem; }
h2 { font-size: 1.1rem; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
h3 { font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
.mount header { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; margin-bottom: .75rem; }
.path { color: var(--soft); }
dl { display: grid; gap: .5rem 1.25rem; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); font-size: .9rem; }
.facts { border-top: 1px solid var(--line); margin-top: 1rem; padding-top: .8rem; }
.facts > :first-child, .pair > * { grid-column: 1 / -1; }
.pair { width: 100%; gap: .2rem; }
.pair > * { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; }
.pair dt { min-width: 4rem; }
dt { font-size: .8rem; color: var(--soft); }
dd { overflow-wrap: anywhere; }
summary { cursor: pointer; }
.keys { display: flex; flex-wrap: wrap; gap: .35rem; margin: .4rem 0; }
.keys li:not(.small) { background: var(--code); border-radius: 6px; padding: .1rem .45rem; }
.key b { margin-right: .4rem; font-weight: 700; }
.key i { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.added b { color: var(--good); } .changed b { color: var(--warn); } .removed b { color: var(--bad); }
.removed bdi { text-decoration: line-through; text-decoration-thickness: 1px; }
.reactions, .troubles { display: grid; grid-template-columns: minmax(0, 1fr); gap: .9rem; }
.reaction, .troubles li, .moment, .results, .results li { grid-template-columns: minmax(0, 1fr); min-width: 0; }
.reaction, .troubles li { display: grid; gap: .4rem; justify-items: start; }
.troubles { margin-bottom: 1rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line); }
.reaction + .reaction { border-top: 1px solid var(--line); padding-top: .9rem; }
.badge { display: inline-flex; gap: .35rem; align-items: center; padding: .1rem .6rem .1rem .45rem; border-radius: 99px; font-size: .85rem; font-weight: 600; white-space: nowrap; margin-right: .25rem; }
.badge.good { background: var(--good-bg); } .badge.busy { background: var(--busy-bg); } .badge.warn { background: var(--warn-bg); } .badge.bad { background: var(--bad-bg); } .badge.calm { background: var(--calm-bg); }
.proof { display: flex; gap: .4rem; color: var(--soft); overflow-wrap: anywhere; }
.proof .icon { margin-top: .28rem; }
.reason { width: 100%; max-height: 16rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--code); border-radius: 8px; padding: .6rem .75rem; margin: .3rem 0; }
.hint { overflow-wrap: anywhere; font-size: .95rem; }
.history ol { margin-top: .75rem; }
.moment { position: relative; color: var(--ink); padding: 0 0 1.25rem 1.9rem; display: grid; gap: .25rem; }
.moment::before { content: ""; position: absolute; left: .53rem; top: 1.5rem; bottom: -.15rem; width: 2px; background: var(--line); border-radius: 1px; }
.moment:last-child { padding-bottom: 0; } .moment:last-child::before { display: none; }
.when { display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: baseline; font-size: .9rem; font-variant-numeric: tabular-nums; }
.when .icon { position: absolute; left: 0; top: .15rem; width: 1.15rem; height: 1.15rem; background: var(--card); }
.moment h3 { font-weight: 500; }
.results { display: grid; gap: .5rem; margin-top: .25rem; }
.foot { padding-top: 1rem; padding-bottom: 2rem; font-size: .85rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
@media (max-width: 30rem) { .card, .headline { padding: .95rem 1rem; } .headline p:first-child { font-size: 1.15rem; } }
@media print { .foot, #lost { display: none; } }
`
