// The look of the HTML report: one sheet for screen and paper, light and dark, without anything fetched.
export const htmlStyle = `
:root { color-scheme: light dark; --paper: #fff; --raised: #f6f8fa; --ink: #1c2128; --muted: #59636e; --rule: #d9dfe5;
  --pass: #1a7f37; --fail: #b3261e; --error: #8a2be2; --inconclusive: #855600;
  --a: #8b96a3; --b: #0b66c3; --c: #b45309; --d: #7c3aed; --removed: #fdecea; --added: #e7f5ea; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --raised: #1c2228; --ink: #e4e8ed; --muted: #98a3af; --rule: #323a43;
  --pass: #4cc26a; --fail: #ff7b72; --error: #c297ff; --inconclusive: #e0a83c;
  --a: #7d8894; --b: #58a6ff; --c: #e8964a; --d: #b392f0; --removed: #3a1f20; --added: #183226; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; font-weight: 650; text-wrap: balance; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 0 0 .3rem; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; }
code, pre, kbd { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, "Liberation Mono", monospace; }
code { background: var(--raised); padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--rule); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; }
.muted, .facts, footer { color: var(--muted); }
.facts { margin: 0 0 1.2rem; }
.verdict { display: inline-block; padding: .1em .6em; border: 1px solid currentColor; border-radius: 999px; font-size: .8rem; line-height: 1.5; font-weight: 600; white-space: nowrap; vertical-align: .2em; }
.verdict.pass { color: var(--pass); } .verdict.fail { color: var(--fail); } .verdict.error { color: var(--error); } .verdict.inconclusive { color: var(--inconclusive); }
.verdict.advisory { border-style: dashed; }
td .verdict { font-size: .75rem; vertical-align: 0; }
.gate { white-space: nowrap; }
section { border-top: 1px solid var(--rule); margin-top: 2.5rem; padding-top: 2rem; }
header + section { margin-top: 2rem; }
.headline { font-size: 1.12rem; margin: .4rem 0; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; min-width: 24rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem 1.6rem .42rem 0; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 600; font-size: .86rem; white-space: nowrap; }
td { white-space: pre-wrap; max-width: 34rem; }
th:last-child, td:last-child { padding-right: 0; }
th.right, td.right { text-align: right; }
td.right { white-space: pre; }
td code { overflow-wrap: break-word; }
.bar { display: block; width: 7rem; height: .45rem; margin-top: .25rem; }
.bar rect { fill: var(--rule); } .bar .fill { fill: var(--b); }
figure { margin: 1.4rem 0; max-width: 46rem; }
figcaption { font-weight: 600; } figcaption .muted { display: block; font-weight: 400; margin-bottom: .5rem; }
svg.chart { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font-size: 12px; font-family: inherit; font-variant-numeric: tabular-nums; } svg text.name { fill: var(--ink); }
.grid { stroke: var(--rule); } .axis { stroke: var(--muted); } .margin { stroke: var(--ink); stroke-dasharray: 5 4; }
.s0 { fill: var(--a); } .s1 { fill: var(--b); } .s2 { fill: var(--paper); stroke: var(--c); stroke-width: 1.5; } .s3 { fill: var(--paper); stroke: var(--d); stroke-width: 1.5; stroke-dasharray: 3 2; }
.l0, .l1, .l2, .l3 { fill: none; stroke-width: 2; } .l0 { stroke: var(--a); stroke-width: 3; } .l1 { stroke: var(--b); } .l2 { stroke: var(--c); stroke-dasharray: 7 3; } .l3 { stroke: var(--d); stroke-dasharray: 2 3; }
.interval { stroke: var(--b); stroke-width: 2; fill: none; } .point { fill: var(--b); }
.interval.pass { stroke: var(--pass); } .point.pass { fill: var(--pass); } .interval.fail, .interval.error { stroke: var(--fail); } .point.fail, .point.error { fill: var(--fail); }
.interval.inconclusive { stroke: var(--inconclusive); } .point.inconclusive { fill: var(--paper); stroke: var(--inconclusive); stroke-width: 2; }
details { margin: .8rem 0; } details > summary { cursor: pointer; padding: .25rem 0; font-weight: 600; }
details > :not(summary) { margin-left: 1.1rem; }
figure details > summary { font-weight: 400; font-size: .88rem; color: var(--muted); }
:focus-visible { outline: 2px solid var(--b); outline-offset: 3px; border-radius: 3px; }
a { color: var(--b); }
.change { margin: 1.1rem 0; } .change dt { color: var(--muted); font-size: .86rem; } .change dd { margin: .1rem 0 .4rem; padding: .4rem .7rem; white-space: pre-wrap; border-left: 3px solid var(--rule); background: var(--raised); border-radius: 0 4px 4px 0; }
.change dd.before { border-color: var(--fail); background: var(--removed); } .change dd.after { border-color: var(--pass); background: var(--added); }
ul.notes { list-style: none; padding: 0; } ul.notes li { border-left: 3px solid var(--rule); padding: .15rem 0 .15rem .8rem; margin: .7rem 0; }
ul.notes li.error { border-color: var(--fail); } ul.notes li.warning { border-color: var(--inconclusive); }
.level { font-weight: 650; } li.error .level { color: var(--fail); } li.warning .level { color: var(--inconclusive); }
section > footer, body > footer { font-size: .88rem; margin-top: 1.6rem; } section > footer p { margin: .2rem 0; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } section { break-before: auto; } figure, .change, tr { break-inside: avoid; } .scroll { overflow: visible; } details::details-content { content-visibility: visible; display: block; block-size: auto; } }
`.trim();
