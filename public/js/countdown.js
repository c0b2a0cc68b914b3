/**
 * Counts down in words: `forms` is JSON, plural form -> sentence with {n} in it. Calls `write` each second and `done` at
 * the end. Gives a function that stops it.
 */
export const countDown = (seconds, forms, { write, done }) => {
  const sentences = JSON.parse(forms);
  const rules = new Intl.PluralRules(document.documentElement.lang);
  let left = seconds;
  let timer = 0;
  const tick = () => {
    if (left <= 0) {
      done();
      return;
    }
    write((sentences[rules.select(left)] ?? sentences.other).replace('{n}', String(left)));
    left -= 1;
    timer = setTimeout(tick, 1000);
  };
  tick();
  return () => clearTimeout(timer);
};
