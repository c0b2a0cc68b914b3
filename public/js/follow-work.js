const EVERY_MS = 5000;
/** So long after the last key or press it goes on: each look keeps the session alive, which shall end where nobody is. */
const UNTIL_MS = 10 * 60_000;

/** Shows of one card what another one says; what can have the focus stays as it is. */
const update = (card, fresh) => {
  for (const shown of card.querySelectorAll('[data-now]')) {
    const now = fresh.querySelector(`[data-now="${shown.dataset.now}"]`);
    if (!now) continue;
    if (shown.textContent !== now.textContent) shown.textContent = now.textContent;
    for (const name of ['max', 'value']) {
      const value = now.getAttribute(name);
      if (value !== null) shown.setAttribute(name, value);
    }
  }
};

/**
 * While work runs (`[data-work]` is a card by its id, `[data-now]` in it what changes), shows how far it is, as long as the page is
 * looked at. What ended is told once, politely, in `[data-said]`.
 */
export const followWork = () => {
  const cards = () => [...document.querySelectorAll('[data-work]')];
  const said = document.querySelector('[data-said]');
  if (!said || cards().length === 0) return;

  let until = Date.now() + UNTIL_MS;
  for (const sign of ['keydown', 'pointerdown']) {
    document.addEventListener(sign, () => (until = Date.now() + UNTIL_MS), { passive: true });
  }

  const end = (card) => {
    if (card.contains(document.activeElement)) return; // it goes when they have left it
    said.textContent = card.dataset.ended;
    said.classList.remove('vh');
    card.remove();
  };
  const look = async () => {
    const answer = await fetch(location.pathname);
    if (!answer.ok || answer.redirected) return;
    const page = new window.DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.querySelector('[data-said]')) return; // the jobs do not answer
    for (const card of cards()) {
      const fresh = page.querySelector(`[data-work="${card.dataset.work}"]`);
      if (fresh) update(card, fresh);
      else end(card);
    }
  };
  const again = () =>
    setTimeout(async () => {
      if (!document.hidden && Date.now() < until) await look().catch(() => undefined);
      if (cards().length > 0) again();
    }, EVERY_MS);
  again();
};
