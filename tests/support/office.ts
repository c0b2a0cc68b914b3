import { ADMIN } from './service.ts';
import { openForm, type Sender } from './sender.ts';
import { makeVisitor } from './visitor.ts';

/** Signs in at the office of a service that runs elsewhere and adds parents as Ruth does; each has the photo's form open. */
export const addSenders = async (url: string, count: number): Promise<(Sender & { link: string })[]> => {
  const ruth = makeVisitor(url);
  await ruth.submit(await ruth.open('/admin/sign-in'), 'Sign in', ADMIN);
  const senders = [];
  for (let n = 0; n < count; n += 1) {
    const form = await ruth.open('/admin/parents/new');
    const names = { parent_name: 'Maria', parent_surname: `Santos ${n}`, child_name: `Sofia ${n}` };
    const page = await ruth.submit(form, 'Save parent', names);
    const link = new URL(page.root.querySelector('#link')?.getAttribute('value') ?? '').pathname;
    const uniqueId = link.split('/').at(-1) ?? '';
    const sender = await openForm(url, { id: 0, uniqueId: uniqueId as never });
    senders.push({ ...sender, parentId: Number(sender.path.split('/')[3]), link });
  }
  return senders;
};
