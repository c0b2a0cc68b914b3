/** Moves the focus to an error summary or a result, so that it is read out. */
export const focusSummary = () => document.querySelector('[data-focus]')?.focus();
