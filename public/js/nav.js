/** On narrow screens the menu is a scrolling row: brings the current entry into view. */
export const showCurrentEntry = () => {
  const here = document.querySelector('.nav a[aria-current]');
  const row = here?.parentNode;
  if (row && row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - 24;
};
