/** The picture that probably comes next, loaded: its address, and where the browser holds it. */
let ahead = { address: '', held: '' };
let busy = false;

const drop = () => {
  if (ahead.held) URL.revokeObjectURL(ahead.held);
  ahead = { address: '', held: '' };
};

/**
 * Loads the next picture while somebody looks at this one. Pictures are kept in no cache, so it is held here. The server
 * notes that it was loaded ahead.
 */
export const loadAhead = async () => {
  const address = document.querySelector('[data-review]')?.dataset.ahead;
  if (!address || address === ahead.address) return;
  try {
    const answer = await fetch(`${address}?ahead=1`);
    if (!answer.ok) return;
    const held = URL.createObjectURL(await answer.blob());
    drop();
    ahead = { address, held };
    const picture = new Image();
    picture.src = held;
    await picture.decode();
  } catch {
    // the page loads it itself
  }
};

/** Puts the picture that is held into the page that is going to show it, and lets the server note the look. */
const useHeld = (page) => {
  const picture = page.querySelector('.review .photo img');
  if (!ahead.held || picture?.getAttribute('src') !== ahead.address) return;
  picture.src = ahead.held;
  fetch(ahead.address, { method: 'HEAD' }).catch(() => undefined);
};

const show = (page, address) => {
  useHeld(page);
  // What a form answered in place is no page to go back to.
  const isReview = location.pathname === new URL(address).pathname;
  window.history[isReview ? 'pushState' : 'replaceState'](null, '', address);
  document.title = page.title;
  for (const part of ['.nav', 'main']) {
    const [here, there] = [document.querySelector(part), page.querySelector(part)];
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
  window.scrollTo(0, 0);
  document.querySelector('main').focus();
};

/** Sends a form and gives the page of the review that it leads to; undefined: it leads somewhere else. */
const send = async (form, button) => {
  const body = new window.URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body });
  if (!answer.redirected || !answer.ok) return undefined;
  const page = new window.DOMParser().parseFromString(await answer.text(), 'text/html');
  return page.querySelector('[data-review]') ? { page, address: answer.url } : undefined;
};

/**
 * The forms of the review are sent without leaving the page, so that the next picture, which is held, shows at once.
 * Where that does not lead to a photo (something is missing, the session is over, the network is away) the browser sends
 * the form itself: what was refused is refused again, in a page of its own. `shown` runs on each new page.
 */
export const goOnWithoutLeaving = (shown) => {
  document.addEventListener('submit', async (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== 'post' || form.dataset.sent) return;
    if (!form.closest('main') || !document.querySelector('[data-review]')) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const found = await send(form, submitter).catch(() => undefined);
    busy = false;
    if (!found) {
      form.dataset.sent = 'yes';
      form.requestSubmit(submitter);
      return;
    }
    show(found.page, found.address);
    shown();
  });
  window.addEventListener('popstate', () => location.reload());
};
