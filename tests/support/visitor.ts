import { type HTMLElement, parse } from 'node-html-parser';

export type Page = {
  status: number;
  url: string;
  headers: Headers;
  html: string;
  root: HTMLElement;
  /** The text of the page as a person reads it, white space folded. */
  text: string;
};

type Fields = Record<string, string | string[] | { bytes: Buffer; name: string }>;

/**
 * A browser without script: keeps cookies, follows links and redirects, and fills forms as a person does: hidden
 * fields as they are, visible ones as asked, in the order of the page.
 */
export const makeVisitor = (origin: string, headers: Record<string, string> = {}) => {
  const cookies = new Map<string, string>();

  const request = async (path: string, init: RequestInit = {}): Promise<Page> => {
    const url = new URL(path, origin);
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...headers, ...(jar ? { cookie: jar } : {}), ...(init.headers as object) },
    });
    for (const line of response.headers.getSetCookie()) remember(cookies, line);
    const location = response.headers.get('location');
    if (response.status === 303 && location !== null) {
      await response.body?.cancel();
      return request(new URL(location, url).href);
    }
    const html = await response.text();
    const root = parse(html);
    const text = (root.querySelector('main') ?? root).text.replace(/\s+/g, ' ').trim();
    return { status: response.status, url: url.pathname + url.search, headers: response.headers, html, root, text };
  };

  return {
    cookies,
    open: (path: string) => request(path),
    post: (path: string, body: RequestInit['body'], more: Record<string, string> = {}) =>
      request(path, { method: 'POST', body: body ?? '', headers: more }),
    /** Follows the link whose text holds `words`. */
    follow: (page: Page, words: string): Promise<Page> => {
      const link = page.root.querySelectorAll('a').find((one) => one.text.includes(words));
      if (!link) throw new Error(`no link says '${words}' on ${page.url}: ${page.text.slice(0, 300)}`);
      return request(new URL(link.getAttribute('href') ?? '', new URL(page.url, origin)).href);
    },
    /** Fills the form that has the button `button` and presses it. */
    submit: (page: Page, button: string, fields: Fields = {}): Promise<Page> => {
      const { form, pressed } = findForm(page, button);
      const filled = fillForm(form, pressed, fields);
      const action = new URL(form.getAttribute('action') ?? page.url, new URL(page.url, origin)).href;
      if (form.getAttribute('method')?.toLowerCase() !== 'post') {
        return request(`${action.replace(/\?.*$/, '')}?${asQuery(filled).toString()}`);
      }
      const multipart = form.getAttribute('enctype') === 'multipart/form-data';
      const body = multipart ? filled : asQuery(filled);
      return request(action, { method: 'POST', body });
    },
  };
};

export type Visitor = ReturnType<typeof makeVisitor>;

const remember = (cookies: Map<string, string>, line: string): void => {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  if (/expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
};

const asQuery = (data: FormData): URLSearchParams => {
  const query = new URLSearchParams();
  for (const [name, value] of data) query.append(name, typeof value === 'string' ? value : '');
  return query;
};

const findForm = (page: Page, button: string): { form: HTMLElement; pressed: HTMLElement } => {
  for (const form of page.root.querySelectorAll('form')) {
    const pressed = form
      .querySelectorAll('button')
      .find((one) => one.getAttribute('type') !== 'button' && one.text.replace(/\s+/g, ' ').includes(button));
    if (pressed) return { form, pressed };
  }
  throw new Error(`no form has a button '${button}' on ${page.url}: ${page.text.slice(0, 500)}`);
};

const fillForm = (form: HTMLElement, pressed: HTMLElement, fields: Fields): FormData => {
  const data = new FormData();
  const asked = new Map(Object.entries(fields));
  for (const control of form.querySelectorAll('input, select, textarea')) {
    const name = control.getAttribute('name');
    if (name === undefined) continue;
    const wish = asked.get(name);
    append(data, control, name, wish);
  }
  const name = pressed.getAttribute('name');
  if (name !== undefined) data.append(name, pressed.getAttribute('value') ?? '');
  for (const asking of asked.keys()) {
    if (!form.querySelectorAll('[name]').some((one) => one.getAttribute('name') === asking)) {
      throw new Error(`the form has no field '${asking}'`);
    }
  }
  return data;
};

const append = (data: FormData, control: HTMLElement, name: string, wish: Fields[string] | undefined): void => {
  const type = control.getAttribute('type');
  const value = control.getAttribute('value') ?? '';
  if (type === 'checkbox' || type === 'radio') {
    if (isTicked(control, value, wish)) data.append(name, value);
  } else if (type === 'file') {
    const file = typeof wish === 'object' && 'bytes' in wish ? wish : { bytes: Buffer.alloc(0), name: '' };
    data.append(name, new Blob([new Uint8Array(file.bytes)]), file.name);
  } else {
    data.append(name, typeof wish === 'string' ? wish : textOf(control, value));
  }
};

const isTicked = (control: HTMLElement, value: string, wish: Fields[string] | undefined): boolean => {
  if (wish === undefined) return control.hasAttribute('checked');
  return Array.isArray(wish) ? wish.includes(value) : wish === value;
};

const textOf = (control: HTMLElement, value: string): string => {
  if (control.tagName === 'SELECT') return selected(control);
  return control.tagName === 'TEXTAREA' ? control.text : value;
};

const selected = (select: HTMLElement): string => {
  const options = select.querySelectorAll('option');
  const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0];
  return chosen?.getAttribute('value') ?? chosen?.text ?? '';
};
