/** `[data-all]` ticks all boxes of the form or none; `[data-count]` says how many are ticked. */
export const countTicks = (form) => {
  const all = form.querySelector('[data-all]');
  const count = form.querySelector('[data-count]');
  const boxes = [...form.querySelectorAll('input[name=id]')];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    const { zero, one, many } = count.dataset;
    count.textContent = ticked === 0 ? zero : ticked === 1 ? one : many.replace('{n}', ticked);
  };
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener('change', show);
  show();
};
