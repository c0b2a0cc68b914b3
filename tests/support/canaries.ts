import { randomUUID } from 'node:crypto';
import { to } from '../../src/http/paths.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { type Actor, linkToken, signIn, startAs } from './actors.ts';
import type { App } from './app.ts';
import { withoutTables } from './ask-everything.ts';
import { addParent } from './cast.ts';
import { exif, jpegWith } from './pictures.ts';
import { type Ask, ask, form, photoForm } from './raw-request.ts';
import type { StandOff } from './standoff.ts';

/** Words that stand nowhere but where a test puts them, and a life of people whose every field is such a word. */
export const makeCanaries = (app: App, cast: StandOff) => {
  let canaries = 0;
  const canary = (): string => `canary${(canaries += 1)}x${randomUUID().slice(0, 8)}`;
  const planted = new Set<string>();
  const plant = (word = canary()): string => {
    planted.add(word);
    return word;
  };

  /** Headers that a browser, a proxy or an attacker may fill with anything. */
  const headersOf = (cookie: string): Record<string, string> => ({
    cookie: `${cookie}; ${plant()}=${plant()}`,
    'user-agent': plant(),
    referer: `https://${plant()}.example/${plant()}`,
    'accept-language': `en;q=1,${plant()}`,
    authorization: `Bearer ${plant()}`,
    'x-forwarded-for': plant(),
    'x-request-id': plant(),
    'x-api-key': plant(),
  });

  const remember = (actors: Actor[]) => {
    for (const { cookie, csrf, officeCsrf } of actors) {
      planted.add(csrf).add(officeCsrf);
      for (const pair of cookie.split('; ')) {
        const value = pair.split('=')[1] ?? '';
        planted
          .add(value)
          .add(decodeURIComponent(value))
          .add(/^s(?::|%3A)([^.]+)/.exec(value)?.[1] ?? value);
      }
    }
  };

  /** A whole stay of one family at the school, every field a canary; `broken` goes on where answers are failures. */
  const live = async (broken = false): Promise<void> => {
    const ruth = broken ? cast.actors.admin : await signIn(app, 'ruth');
    remember([ruth]);
    const press = (path: string, fields: Record<string, string>, actor = ruth) =>
      ask(app.url, path, { headers: headersOf(actor.cookie), body: form({ _csrf: actor.csrf, ...fields }) });
    const office = (path: string) => ask(app.url, `${path}?${plant()}=${plant()}`, { headers: headersOf(ruth.cookie) });
    await press('/admin/parents/new', {
      parent_name: plant(),
      parent_surname: `${plant()}\n    at ${plant()} (file:///x.ts:1:1)`,
      child_name: plant(),
    });
    await press('/admin/parents/new', {
      parent_name: plant(),
      parent_surname: plant(),
      child_name: plant(),
      class_name: plant(),
      email: `${plant()}@example.org`,
      phone: plant(),
      external_id: plant(),
    });
    await ask(app.url, `/admin/parents?q=${plant()}&class=${plant()}&cursor=${plant()}`, {
      headers: headersOf(ruth.cookie),
    });
    await press(`/admin/parents/${cast.target.id}/link-revocation`, { why: plant() });
    await press(`/admin/parents/${cast.target.id}/erasure`, { typed: plant() });
    await press(`/admin/photos/${cast.target.photoId}/decision`, {
      decision: 'reject',
      reason: 'too-dark',
      note: plant(),
    });
    await press('/admin/sign-in', { email: `${plant()}@example.org`, password: plant(), next: `/admin/${plant()}` });
    await office('/admin/parents');
    await office(`/admin/${plant()}`);
    await office(`/onboarding/${plant()}`);
    await office(`/assets/${plant()}/${plant()}.css`);
    await ask(app.url, `/%ff${plant()}`, { headers: headersOf(ruth.cookie) });
  };

  /** What a parent does: opens the link, declines in own words, comes back, sends a photo with a story in it. */
  const send = async (broken = false): Promise<void> => {
    const parent = await addParent(app, 'maria', {
      name: plant(),
      surname: plant(),
      childName: plant(),
      email: `${plant()}@example.org`,
      phone: plant(),
    });
    planted.add(parent.uniqueId);
    const token = await linkToken(app, parent);
    planted.add(token);
    const mother = await startAs(app, parent);
    remember([mother]);
    const jpeg = await jpegWith([[0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif({ description: plant() })])]]);
    const acts = async () => {
      const at = (path: string, how: Ask = {}) =>
        ask(app.url, path, { ...how, headers: { ...headersOf(mother.cookie), ...how.headers } });
      await at(`${to.link(parent.uniqueId)}?utm=${plant()}`);
      await at(to.linkDecline(parent.uniqueId), {
        body: form({ _csrf: token, note: `${plant()}\n    at ${plant()}` }),
      });
      await at(to.linkDecline(parent.uniqueId), { body: form({ _csrf: token, do: 'undo' }) });
      await at(to.link(parent.uniqueId), { body: form({ _csrf: plant(), consent: plant() }) });
      const fields = { _csrf: mother.csrf, upload_id: plant(randomUUID()), note: plant() };
      const photo = new Response(photoForm(fields, jpeg, `${plant()}.jpg`));
      const headers = { 'content-type': photo.headers.get('content-type') ?? '' };
      const body = Buffer.from(await photo.arrayBuffer());
      await at(to.parentPhoto(parent.id), { body, headers });
      await at(to.parentPhoto(parent.id), { body: body.subarray(0, 900), headers });
      await at(to.parent(parent.id));
      await at(to.linkNotMe(parent.uniqueId), { body: form({ _csrf: token }) });
      await at(to.link(makeUniqueId()));
    };
    if (broken) await withoutTables(app, ['photos', 'notes', 'events'], acts);
    else await acts();
  };

  return { planted, plant, remember, live, send };
};
