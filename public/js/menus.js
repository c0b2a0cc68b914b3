const open = () => document.querySelectorAll('details.lang[open]');

/** Menus are <details>: Escape and a press elsewhere close them. */
export const closeMenus = () => {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
};
