/** The page's style sheet. Colours are custom properties: plots and drawings follow light, dark and paper. */
const LIGHT = `--bg:#fff;--fg:#1b1f24;--muted:#57606a;--line:#d0d7de;--panel:#f6f8fa;--link:#0550ae;
--bad:#a40e26;--bad-bg:#ffe7e9;--good:#0f5d2a;--good-bg:#e2f5e7;--warn:#7a4a00;--warn-bg:#fff3d6;
--cause-bg:#fff3d6;--obj-bg:#e3eeff;--step:#fff;--step-line:#8c959f;--section:#1a7f64;--grace:#8250df;
--c0:#0b62c4;--c1:#b34700;--c2:#12784a;--c3:#8f2bb0;--c4:#8a6400;--c5:#c0195a;--c6:#00717f;--c7:#555d66`
const DARK = `--bg:#12161b;--fg:#e6edf3;--muted:#9ba7b4;--line:#3a434d;--panel:#1a2027;--link:#79b8ff;
--bad:#ff9a94;--bad-bg:#4a1a20;--good:#7fdca0;--good-bg:#143423;--warn:#f2c265;--warn-bg:#3b2d0c;
--cause-bg:#3b2d0c;--obj-bg:#17304f;--step:#1a2027;--step-line:#76828f;--section:#4cc9a4;--grace:#b794ff;
--c0:#6cb2ff;--c1:#ff9d5c;--c2:#5fd39a;--c3:#d79bf0;--c4:#e0b84c;--c5:#ff8ab5;--c6:#56cfe0;--c7:#b4bdc7`

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.3rem;line-height:1.3;margin:2.5rem 0 .5rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;line-height:1.3;margin:1.75rem 0 .5rem}
h4{font-size:1rem;line-height:1.3;margin:1.25rem 0 .5rem}
p,ul,ol,dl{margin:.5rem 0;max-width:48rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.5rem;z-index:1}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0}
code,pre,.mono{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.875em}
code{background:var(--panel);border-radius:4px;padding:.1em .3em}
code.cmd{display:inline-block;max-width:100%;user-select:all;white-space:pre-wrap;overflow-wrap:anywhere}
td code.cmd{min-width:22rem}
pre{margin:0;padding:.75rem;background:var(--panel);font-size:.8125rem;line-height:1.4;width:max-content;min-width:100%}
.scroll{overflow-x:auto;max-width:100%;margin:.5rem 0;overflow-wrap:normal}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:.25rem 0;font-size:.875rem}
caption span{display:inline-block;position:sticky;left:0;max-width:min(48rem,calc(100vw - 2.5rem))}
th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{background:var(--panel);font-weight:600}
thead th{vertical-align:bottom}
thead th small{display:block;font-weight:400;color:var(--muted);max-width:9rem}
tbody th{min-width:8rem}
tbody th small{display:block;font-weight:400;color:var(--muted);min-width:7rem;max-width:22rem}
td.n{text-align:right;white-space:nowrap}
td ul{margin:0;padding-left:1rem}
.muted,.meta{color:var(--muted)}
.meta,.small{font-size:.875rem}
.bad{color:var(--bad);font-weight:600}
.good{color:var(--good);font-weight:600}
td.broken{background:var(--bad-bg)}
td.survived{background:var(--good-bg)}
.broken a{color:inherit}
.badge{display:inline-block;border:1px solid currentColor;border-radius:1em;padding:0 .5em;font-size:.85em;
color:var(--muted);font-weight:400}
td .small{font-size:.95em}
td .badge{color:var(--fg)}
.badge.alarm{color:var(--warn);background:var(--warn-bg);font-weight:600}
.nobreak{white-space:nowrap}
.note{border-left:4px solid var(--line);padding:.25rem .75rem;max-width:48rem}
article{border:1px solid var(--line);border-radius:8px;padding:.25rem .75rem .5rem;margin:.75rem 0}
article h3{margin:.25rem 0}
article p{margin:.25rem 0}
article:target{border-color:var(--link);box-shadow:0 0 0 2px var(--link)}
summary{cursor:pointer;padding:.25rem 0}
details details{margin-top:.5rem}
.plots{display:flex;flex-wrap:wrap;gap:1rem 1.5rem}
figure{margin:0;max-width:100%;min-width:0}
figcaption{font-size:.875rem;font-weight:600;max-width:328px}
.plot{display:block;overflow:visible;font-family:inherit;--plot-background:var(--bg)}
.plot text{white-space:pre}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;padding:0;font-size:.875rem;max-width:none}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend .key{width:.9rem;height:.9rem;border:1px solid var(--step-line)}
svg.il{display:block;font:12px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.il text{fill:var(--fg);white-space:pre}
.il .no,.il .src{fill:var(--muted);font-size:10px}
.il .hd{font-weight:700}
.il .life{stroke:var(--line)}
.il rect{fill:var(--step);stroke:var(--step-line)}
.il .obj rect,.key.obj{fill:var(--obj-bg);background:var(--obj-bg)}
.il .cause rect{fill:var(--cause-bg);stroke:var(--warn)}
.il .notice rect{fill:var(--warn-bg);stroke:var(--warn)}
.il .free rect,.il .violation rect,.key.bad{fill:var(--bad-bg);stroke:var(--bad);background:var(--bad-bg);border-color:var(--bad)}
.il .violation rect{stroke-width:2.5}
.il .violation text,.il .free text,.il .violation .src,.il .free .src{fill:var(--bad)}
.il .cause .mk,.il .notice .mk{fill:var(--warn)}
.il .mk{font-weight:700}
.il .drain rect{stroke-dasharray:4 3;rx:9px}
.il .drain text{font-style:italic}
.key.drain{border-style:dashed;border-radius:5px}
.key.cause{background:var(--cause-bg);border-color:var(--warn)}
figure.wide figcaption{max-width:480px}
.plotbox{overflow-x:auto;max-width:100%}
.plotbox svg{max-width:100%;height:auto}
.again{font-size:.8125rem;color:var(--muted);max-width:40rem}
th .turn{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap;font-weight:400}
th.file{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.75rem;font-weight:400}
.il .alive,.key.alive{fill:var(--good);stroke:none;background:var(--good)}
.il .waits,.key.waits{fill:var(--warn);stroke:none;background:var(--warn)}
.il .freed,.key.freed{fill:var(--bad);stroke:none;background:var(--bad)}
.legend .alive,.legend .waits,.legend .freed{width:.35rem;border:0}
.stepper{display:flex;flex-wrap:wrap;gap:.25rem .5rem;align-items:flex-start;margin:.5rem 0;position:sticky;top:0;
background:var(--bg);padding:.25rem 0;z-index:1}
.stepper button{font:inherit;font-size:.875rem;padding:.2rem .7rem;border:1px solid var(--step-line);border-radius:6px;
background:var(--panel);color:var(--fg);cursor:pointer}
.stepper button:disabled{color:var(--muted);cursor:default}
.stepper output{flex:1 1 16rem;font-size:.875rem;white-space:pre-line;min-height:4.5em}
.stepping .step,.stepping .arrow{opacity:.28}
.stepping .past{opacity:1}
.stepping .arrow.past{opacity:.4}
.stepping .now.arrow{opacity:1}
.stepping .now rect{stroke:var(--link);stroke-width:3}
.drawing .step{cursor:pointer}
.il .sec,.key.sec{fill:var(--section);stroke:none;background:var(--section)}
.il .gp,.key.gp{fill:var(--grace);stroke:none;background:var(--grace)}
.legend .sec,.legend .gp{width:.35rem;border:0}
.il path{fill:none;stroke:var(--muted);stroke-width:1.25}
.il path.head{fill:var(--muted);stroke:none}
.il path.hot{stroke:var(--bad);stroke-width:2}
.il path.head.hot{fill:var(--bad);stroke:none}
@media print{
body{max-width:none;padding:0;font-size:11pt}
nav,.skip,.stepper,.again{display:none}
.stepping .step,.stepping .arrow{opacity:1}
.scroll{overflow:visible}
h2,h3,h4,figcaption,caption{break-after:avoid}
figure,tr{break-inside:avoid}
svg.il{max-width:100%;height:auto}
pre{white-space:pre-wrap;width:auto;font-size:7.5pt}
a{color:inherit}
table{font-size:7.5pt}
th,td{padding:2pt 3pt}
tbody th,tbody th small{min-width:0}
td.n,.nobreak{white-space:normal}
.few details::details-content{content-visibility:visible;block-size:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`
