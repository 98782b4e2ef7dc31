/**
 * Steps through drawings. It adds its buttons itself: without it the page is complete, and its drawings stand
 * still. It only reads what the drawings say (`data-step`, `data-at`, titles), and knows nothing else.
 */
export const SCRIPT = `
for (const box of document.querySelectorAll('.drawing')) {
  const svg = box.querySelector('svg')
  const steps = [...svg.querySelectorAll('.step')]
  const arrows = [...svg.querySelectorAll('.arrow')]
  const bars = [...svg.querySelectorAll('.bar')]
  const title = (e) => e.querySelector('title').textContent
  const number = (e) => Number(e.dataset.step)
  let at = -1

  const bar = document.createElement('div')
  bar.className = 'stepper'
  const button = (text, label, act) => {
    const b = document.createElement('button')
    b.type = 'button'
    b.textContent = text
    b.setAttribute('aria-label', label)
    b.addEventListener('click', act)
    bar.append(b)
    return b
  }
  const back = button('◀', 'Step back', () => go(at - 1))
  const forth = button('▶', 'Step forward', () => go(at + 1))
  const all = button('All', 'Show all steps', () => go(-1))
  const output = document.createElement('output')
  bar.append(output)
  box.before(bar)

  function go(to) {
    at = Math.max(-1, Math.min(steps.length - 1, to))
    const now = at < 0 ? null : number(steps[at])
    box.classList.toggle('stepping', at >= 0)
    steps.forEach((s, i) => {
      s.classList.toggle('past', i <= at)
      s.classList.toggle('now', i === at)
    })
    for (const a of arrows) {
      a.classList.toggle('past', now !== null && Number(a.dataset.at) <= now)
      a.classList.toggle('now', Number(a.dataset.at) === now)
    }
    back.disabled = at < 0
    forth.disabled = at === steps.length - 1
    all.disabled = at < 0
    if (at < 0) {
      output.textContent = steps.length + ' steps. Step through with \\u2190 and \\u2192, or click on a step.'
      return
    }
    const open = bars
      .filter((b) => Number(b.dataset.from) <= now && now < Number(b.dataset.to ?? Infinity))
      .map((b) => title(b).replace(/[:,] (from )?step.*/, ''))
    output.textContent = title(steps[at]) + (open.length > 0 ? '\\nUnder way: ' + open.join('; ') : '')
    steps[at].scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  const keys = {
    ArrowRight: () => go(at + 1),
    j: () => go(at + 1),
    ArrowLeft: () => go(at - 1),
    k: () => go(at - 1),
    Home: () => go(0),
    End: () => go(steps.length - 1),
    Escape: () => go(-1),
  }
  for (const place of [box, bar])
    place.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.altKey || e.metaKey || !keys[e.key]) return
      e.preventDefault()
      keys[e.key]()
    })
  svg.addEventListener('click', (e) => {
    const step = e.target.closest('.step')
    if (step) go(steps.indexOf(step))
  })
  go(-1)
}
`
