import type { Parent } from '../../src/parents/parent.ts';
import { startAs } from './actors.ts';
import type { App } from './app.ts';
import { makeVisitor, type Visitor } from './visitor.ts';

/** A parent's browser after the link and the choice: it may send photos. */
export const enterAsParent = async (app: App, parent: Parent): Promise<Visitor> => {
  const visitor = makeVisitor(app.url);
  for (const pair of (await startAs(app, parent)).cookie.split('; ')) {
    visitor.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
  return visitor;
};
