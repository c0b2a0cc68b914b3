import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ejs from 'ejs';
import { namesIn } from './view-names.ts';

type Locals = Record<string, unknown>;
type Include = (path: string, more?: Locals) => string;
type View = {
  name: string;
  write: (locals: Locals & { includeView: Include }) => string;
  /** The locals that it reads, and those that the views which it includes read. */
  names: Set<string>;
  /** What it includes: the path as written -> the view's name. */
  includes: Map<string, string>;
};

/**
 * Compiles every view of the folder once, at the start, so that a broken one is found then. Plain EJS looks each name up
 * in all locals (`with`), asks the disk, and copies all locals for each of the sixty includes of a page; here names are
 * variables, and an include gets what it is handed, then what it reads of its parent's locals. A view that writes
 * `undefined` fails. Gives Express's engine: `(file, locals, done)`.
 */
export const makeViewEngine = (viewsDir: string) => {
  const views = new Map<string, View>();
  for (const file of readdirSync(viewsDir, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ejs')) continue;
    const name = file.split('\\').join('/').slice(0, -'.ejs'.length);
    views.set(name, compile(name, readFileSync(join(viewsDir, file), 'utf8')));
  }
  const get = (name: string): View => {
    const view = views.get(name);
    if (!view) throw new Error(`there is no view ${name}`);
    return view;
  };
  for (const [name] of views) addNamesOfIncludes(name, get);

  const run = (view: View, handed: Locals, inherited: Locals): string => {
    const includeView: Include = (path, more = {}) => run(get(view.includes.get(path) ?? path), more, locals);
    const locals: Locals & { includeView: Include } = { includeView };
    for (const name of view.names) locals[name] = name in handed ? handed[name] : inherited[name];
    try {
      return view.write(locals);
    } catch (error) {
      throw about(view.name, error);
    }
  };

  return (file: string, locals: object, done: (error: unknown, html?: string) => void): void => {
    let html: string;
    try {
      html = run(get(file.slice(viewsDir.length + 1, -'.ejs'.length)), locals as Locals, {});
    } catch (error) {
      done(error);
      return;
    }
    done(null, html);
  };
};

/** The fault with the view that it is in; an include's fault keeps the innermost name. */
const about = (name: string, error: unknown): unknown =>
  error instanceof ViewFault ? error : new ViewFault(`in views/${name}.ejs: ${messageOf(error)}`, { cause: error });

class ViewFault extends Error {}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0] : '') ?? '';

const compile = (name: string, source: string): View => {
  try {
    return compiled(name, source);
  } catch (error) {
    throw about(name, error);
  }
};

const compiled = (name: string, source: string): View => {
  const { names, paths } = namesIn(source);
  const options = {
    ...{ escape, strict: true, compileDebug: false },
    destructuredLocals: ['includeView', ...names],
    unsafePrototypeLocals: true, // ours have no prototype to leak; EJS would copy them all
  };
  const ours = source.replaceAll(/\binclude\(/g, 'includeView('); // EJS's own cannot be shadowed
  const inBlock = `<% { %>${ours}<% } %>`; // where a view may declare a name that hides a local
  const write = ejs.compile(inBlock, options) as View['write'];
  const includes = new Map(paths.map((path) => [path, posix.join(posix.dirname(name), path)]));
  return { name, write, names, includes };
};

const addNamesOfIncludes = (name: string, get: (name: string) => View, into = get(name).names): void => {
  for (const included of get(name).includes.values()) {
    for (const one of get(included).names) into.add(one);
    addNamesOfIncludes(included, get, into);
  }
};

const SPECIAL = /[&<>"']/;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

/** Most texts have nothing to escape: looking first is twice as fast as replacing nothing. */
const escape = (value?: string | number | boolean | null): string => {
  if (value === undefined) throw new Error('a view wrote undefined');
  if (value === null) return '';
  const text = typeof value === 'string' ? value : String(value);
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign) : text;
};
