import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ejs from 'ejs';

type Locals = Record<string, unknown>;
type Template = { run: (locals: Locals) => string; paths: Map<string, string> };

/**
 * Compiles every view of the folder once, at the start, so that a broken one is found then. EJS alone would ask the
 * disk and copy all locals for each of the sixty includes of a page; here an include inherits its parent's locals.
 * Gives Express's engine: `(file, locals, done)`.
 */
export const makeViewEngine = (viewsDir: string) => {
  const templates = new Map<string, Template>();
  const options = { escape, unsafePrototypeLocals: true, compileDebug: false };
  for (const file of readdirSync(viewsDir, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ejs')) continue;
    const run = ejs.compile(readFileSync(join(viewsDir, file), 'utf8'), options) as Template['run'];
    templates.set(file.split('\\').join('/').slice(0, -'.ejs'.length), { run, paths: new Map() });
  }

  const run = (name: string, locals: Locals): string => {
    const template = templates.get(name);
    if (!template) throw new Error(`there is no view ${name}`);
    // The template finds this `include` before EJS's own; paths are relative to the including view, as in EJS.
    locals['include'] = (path: string, more?: Locals): string => {
      let known = template.paths.get(path);
      if (known === undefined) template.paths.set(path, (known = posix.join(posix.dirname(name), path)));
      return run(known, Object.assign(Object.create(locals) as Locals, more));
    };
    return template.run(locals);
  };

  return (file: string, locals: object, done: (error: unknown, html?: string) => void): void => {
    let html: string;
    try {
      html = run(file.slice(viewsDir.length + 1, -'.ejs'.length), Object.create(locals) as Locals);
    } catch (error) {
      done(error);
      return;
    }
    done(null, html);
  };
};

const SPECIAL = /[&<>"']/;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** Most texts have nothing to escape: looking first is twice as fast as replacing nothing. */
const escape = (value?: string | number | boolean | null): string => {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : String(value);
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign) : text;
};
