const remember = (on) => {
  try {
    localStorage.setItem('keys', on ? 'on' : 'off');
  } catch {
    // private windows forget
  }
};
const remembered = () => {
  try {
    return localStorage.getItem('keys') !== 'off';
  } catch {
    return true;
  }
};

const TYPING = 'textarea, select, input:not([type=radio], [type=checkbox])';

/** Single keys press what carries them in `aria-keyshortcuts`; the switch turns them off for good (WCAG 2.1.4). */
export const listenForReviewKeys = (toggle) => {
  toggle.checked = remembered();
  toggle.addEventListener('change', () => remember(toggle.checked));
  document.addEventListener('keydown', (event) => {
    if (!toggle.checked || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const wanted = document.querySelector(`[aria-keyshortcuts~="${CSS.escape(key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    wanted.focus();
    wanted.click();
  });
};
