/**
 * The one style sheet of the pages. Text has a contrast of at least 4.5:1 and what surrounds a control of 3:1, in light
 * and in dark (WCAG 2.2, 1.4.3 and 1.4.11); lengths follow the size of the text; nothing is told by colour alone.
 */
export const STYLES = `
:root {
  color-scheme: light dark;
  --page: #eef1f4; --card: #ffffff; --text: #16202b; --soft: #4a5765; --line: #ccd3da;
  --good: #14532d; --good-back: #e8f6ed; --warn: #6b3d00; --warn-back: #fff3d9; --claim: #e9eef6;
  --allow: #1d4ed8; --deny: #3d4a57; --on-button: #ffffff; --focus: #1d4ed8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1318; --card: #171e25; --text: #e9eef3; --soft: #b3bec9; --line: #3a4652;
    --good: #a7ebbf; --good-back: #12301f; --warn: #ffd98a; --warn-back: #352709; --claim: #27323f;
    --allow: #9cc0ff; --deny: #c3ced9; --on-button: #0b1117; --focus: #ffffff;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1rem; max-width: 40rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
header, footer { padding: 0 .25rem; color: var(--soft); }
header { display: flex; gap: .5rem; align-items: center; margin: 0 0 .75rem; }
header p, footer p { margin: 0; }
footer { margin-top: .75rem; font-size: .875rem; }
svg { flex: none; fill: currentColor; }
main { padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.3; }
h2 { margin: 1.25rem 0 .25rem; font-size: 1.0625rem; }
p { margin: 0 0 .5rem; }
main > :last-child { margin-bottom: 0; }
ul { margin: 0; padding: 0 0 0 1.25rem; }
li { margin: .25rem 0; }
code, .small { color: var(--soft); font-size: .8125rem; }
code { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
li code { display: block; }
bdi { unicode-bidi: isolate; }
/* What the program says of itself has its own ground, and cannot spill over the text around it. */
.claim { display: inline-block; max-width: 100%; padding: 0 .3em; overflow: hidden; vertical-align: bottom; background: var(--claim); border-radius: .25em; }
.note { display: flex; gap: .6rem; padding: .75rem; border: 1px solid currentColor; border-radius: .5rem; }
.note p { margin: 0; }
.good { color: var(--good); background: var(--good-back); }
.warn { color: var(--warn); background: var(--warn-back); }
dl { margin: 1rem 0 0; border-top: 1px solid var(--line); }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 8.5rem; color: var(--soft); }
dd { flex: 1 1 12rem; min-width: 0; margin: 0; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
button {
  flex: 1 1 8rem; min-height: 3rem; padding: .5rem 1rem; border: 2px solid transparent; border-radius: .5rem;
  color: var(--on-button); font: inherit; font-weight: 600; cursor: pointer;
}
.deny { background: var(--deny); }
.approve { background: var(--allow); }
button:hover { text-decoration: underline; }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; }
/* A second click that was meant for a window above this one comes sooner than this (double-clickjacking). */
@media (hover: hover) and (pointer: fine) {
  button { pointer-events: none; }
  main:hover button { pointer-events: auto; transition: pointer-events 0s .6s allow-discrete; }
}
@media (forced-colors: active) {
  button { border-color: ButtonText; }
}
`;
