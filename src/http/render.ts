import type { Response } from 'express';
import type { AdminViews } from './presenters/admin-views.ts';
import type { ParentViews } from './presenters/parent-views.ts';

type Views = ParentViews & AdminViews;

/** Renders a view with the one model its template expects. The status is set before, where it is not 200. */
export const render = <Name extends keyof Views>(res: Response, view: Name, model: Views[Name]): void =>
  res.render(view, model);
