import type { Page, Visitor } from './visitor.ts';

const formOn = (page: Page) => page.root.querySelector('.editor form');

/** The hidden fields of the page where a portrait is turned and cropped. */
export const fieldsOf = (page: Page): Record<string, string> =>
  Object.fromEntries(
    (formOn(page)?.querySelectorAll('input') ?? []).map((input) => [
      input.getAttribute('name') ?? '',
      input.getAttribute('value') ?? '',
    ]),
  );

/** Presses the button with that value, as a browser does; `changed`: fields that somebody has changed by hand. */
export const press = (visitor: Visitor, page: Page, button: string, changed: Record<string, string> = {}) => {
  const form = formOn(page);
  if (!form?.querySelector(`button[name=do][value=${button}]`)) throw new Error(`${page.url} has no '${button}'`);
  const fields = { ...fieldsOf(page), do: button, ...changed };
  return visitor.post(form.getAttribute('action') ?? '', new URLSearchParams(fields));
};

/** What the page says was done and is not saved. */
export const stateOn = (page: Page): string =>
  (page.root.querySelector('#crop-state')?.text ?? '').replace(/\s+/g, ' ').trim();
