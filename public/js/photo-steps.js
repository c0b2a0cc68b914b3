/** Step 2 or step 3 on the page around the form: heading, sentence and steps say what is to be done now. */
export const makeSteps = () => {
  const swaps = Array.from(document.querySelectorAll('[data-check]'), (element) => ({
    element,
    before: element.textContent,
    after: element.dataset.check,
  }));
  const steps = document.querySelector('[data-steps]');
  const words = steps?.lastElementChild;
  const before = words?.textContent;
  return (checking) => {
    for (const { element, before: first, after } of swaps) element.textContent = checking ? after : first;
    if (!steps) return;
    words.textContent = checking ? steps.dataset.steps : before;
    const bars = steps.querySelectorAll('i');
    bars[1].className = checking ? 'done' : 'on';
    bars[2].className = checking ? 'on' : '';
  };
};
