const STORED = 'review-keys';

/** Private windows may have no storage: the keys are on then. */
const stored = (value) => {
  try {
    if (value === undefined) return window.localStorage.getItem(STORED);
    window.localStorage.setItem(STORED, value);
  } catch {
    // not remembered
  }
  return value;
};

/** Whoever is typing means the letter. */
const isTyping = (target) =>
  target.isContentEditable || target.matches('textarea, select, input:not([type=radio], [type=checkbox])');

const isPlain = (event) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && !event.repeat && !event.isComposing;

/** On the pages of the review a single key presses what carries it in `aria-keyshortcuts`, unless they are switched off. */
export const useReviewKeys = () => {
  document.addEventListener('keydown', (event) => {
    if (stored() === 'off' || event.defaultPrevented || !isPlain(event) || isTyping(event.target)) return;
    const key = event.key.length === 1 ? event.key.toUpperCase() : '';
    const pressed = /^[A-Z1-9]$/.test(key) && document.querySelector(`main [aria-keyshortcuts="${key}"]`);
    if (!pressed) return;
    event.preventDefault();
    pressed.focus();
    pressed.click();
  });
};

/** The switch on the page, which this browser remembers. */
export const showKeysSwitch = () => {
  const show = () => document.documentElement.classList.toggle('no-keys', stored() === 'off');
  show();
  const box = document.querySelector('[data-keys]');
  if (!box) return;
  box.checked = stored() !== 'off';
  box.addEventListener('change', () => {
    stored(box.checked ? 'on' : 'off');
    show();
  });
};
