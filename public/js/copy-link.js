/** `data-copy` names the field whose text a press copies; the button says `data-done` for a moment. */
export const copyOnPress = (button) => {
  const words = button.querySelector('span') ?? button;
  const before = words.textContent;
  let timer = 0;
  button.addEventListener('click', async () => {
    const field = document.getElementById(button.dataset.copy);
    if (!field) return;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // plain http and old browsers have no clipboard
      document.execCommand('copy');
    }
    words.textContent = button.dataset.done ?? before;
    clearTimeout(timer);
    timer = setTimeout(() => (words.textContent = before), 2500);
  });
};
