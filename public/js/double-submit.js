const pressed = '[data-busy][aria-disabled]';

/** A button with `data-busy` is pressed once: it then says these words and takes no second press. */
export const stopDoubleSubmits = () => {
  document.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button?.dataset.busy) return;
    if (button.getAttribute('aria-disabled') === 'true') {
      event.preventDefault();
      return;
    }
    const words = button.querySelector('span') ?? button;
    button.dataset.words = words.textContent;
    button.setAttribute('aria-disabled', 'true');
    words.textContent = button.dataset.busy;
  });
  // A page that comes back with the back button can be sent again.
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll(pressed)) {
      button.removeAttribute('aria-disabled');
      (button.querySelector('span') ?? button).textContent = button.dataset.words ?? '';
    }
  });
};
