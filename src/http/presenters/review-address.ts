import { paths } from '../paths.ts';

/** The review page's address; what is not given is left out. */
export const reviewAddress = ({ className, photo }: { className: string | null; photo?: number | undefined }): string =>
  withClass(paths.review, className, photo === undefined ? {} : { photo });

/** The address of the photos that passed every check, from behind that photo on. */
export const passedAddress = ({ className, after = 0 }: { className: string | null; after?: number }): string =>
  withClass(paths.reviewPassed, className, after > 0 ? { after } : {});

/** That address with the class that is filtered by, and a place. */
export const withClass = (path: string, className: string | null, place: Record<string, number> = {}): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(place)) query.set(name, String(value));
  if (className !== null) query.set('class', className);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
};
