const claimForm = () => document.querySelector('form[data-claim]');
const fieldsOf = (form) => new window.URLSearchParams(new FormData(form));

/**
 * The photo on the page is claimed for whoever looks at it; without script a button does it. Where a colleague opened it in
 * the same moment, they have it, and the page goes on to another one.
 */
export const claimShown = async () => {
  const form = claimForm();
  if (form?.dataset.claim !== 'free') return;
  const fields = fieldsOf(form);
  fields.set('do', 'keep');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: fields });
    if (answer.redirected && answer.ok && claimForm() === form) location.replace(answer.url);
  } catch {
    // it is looked at without a claim
  }
};

const isReview = ({ pathname }) => /^\/admin\/(review|photos)\b/.test(pathname);

/** A link that leads away from the review gives the photo back; a tab that is closed lets the claim lapse. */
export const giveBackOnLeaving = () => {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    const form = claimForm();
    if (!link || !form || event.ctrlKey || event.metaKey || event.shiftKey || isReview(link)) return;
    const fields = fieldsOf(form);
    fields.set('do', 'give-back');
    navigator.sendBeacon?.(form.action, fields);
  });
};
