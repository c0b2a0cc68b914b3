import { z } from 'zod';
import type { ParentDetails } from '../../parents/parent-records.ts';
import { languages } from '../../platform/languages.ts';
import { parseId } from '../../shared/ids.ts';
import { line, typedText } from './office-text.ts';

const typedSchema = z.object({
  parent_name: typedText,
  parent_surname: typedText,
  child_name: typedText,
  class_name: typedText,
  email: typedText,
  locale: typedText,
  external_id: typedText,
  phone: typedText,
});

/** What stands in the fields, as the form shows it again. */
export type ParentDetailsTyped = z.infer<typeof typedSchema>;

const faultCodes = [
  'parentNameMissing',
  'childNameMissing',
  'parentNameLong',
  'parentSurnameLong',
  'childNameLong',
  'classNameLong',
  'phoneLong',
  'externalIdLong',
  'signs',
  'email',
  'locale',
  'externalIdTaken',
] as const;
/** What is wrong; each has a sentence in the words of the office. */
export type ParentDetailsFault = { field: keyof ParentDetailsTyped; fault: (typeof faultCodes)[number] };

const of = (long: ParentDetailsFault['fault']) => ({ signs: 'signs', long });
const given = <T extends string>(text: T | ''): T | null => (text === '' ? null : text);

const address = z.email().max(254);

/** Lengths as in the table `parents`. */
const detailsSchema = z
  .object({
    parent_name: line(200, of('parentNameLong')).min(1, 'parentNameMissing'),
    parent_surname: line(200, of('parentSurnameLong')),
    child_name: line(200, of('childNameLong')).min(1, 'childNameMissing'),
    class_name: line(50, of('classNameLong')),
    email: z.string().refine((text) => text === '' || address.safeParse(text).success, 'email'),
    locale: z.enum(['', ...languages], 'locale'),
    external_id: line(100, of('externalIdLong')),
    phone: line(40, of('phoneLong')),
  })
  .transform((form): ParentDetails => ({
    name: form.parent_name,
    surname: form.parent_surname,
    childName: form.child_name,
    className: given(form.class_name),
    email: given(form.email),
    locale: given(form.locale),
    externalId: given(form.external_id),
    phone: given(form.phone),
  }));

type Read = { typed: ParentDetailsTyped } & (
  { ok: true; details: ParentDetails } | { ok: false; faults: ParentDetailsFault[] }
);

/** Reads the form; one fault a field at most, in the order of the fields. */
export const readParentDetails = (body: unknown): Read => {
  const typed = typedSchema.parse(body ?? {});
  const read = detailsSchema.safeParse(typed);
  if (read.success) return { ok: true, typed, details: read.data };
  const faults = (Object.keys(typed) as (keyof ParentDetailsTyped)[]).flatMap((field) => {
    const issue = read.error.issues.find(({ path }) => path[0] === field);
    const fault = faultCodes.find((code) => code === issue?.message);
    return issue && fault ? [{ field, fault }] : [];
  });
  return { ok: false, typed, faults };
};

/** Whether the form was made for this school: staff of several may have changed schools in another tab meanwhile. */
export const isForSchool = (body: unknown, schoolId: number): boolean => {
  const school = (body as Record<string, unknown> | undefined)?.['school'];
  return school === undefined || parseId(school) === schoolId;
};

/** The id that the form brought along, or null: of a program, which need not send one. */
export const readFormId = (body: unknown): string | null =>
  z.object({ form_id: z.uuid({ version: 'v4' }) }).safeParse(body).data?.form_id ?? null;

/** The form as it opens to add a parent. */
export const nothingTyped: ParentDetailsTyped = typedSchema.parse({});

/** The form as it opens to edit one: what is known of them. */
export const typedOf = (parent: ParentDetails): ParentDetailsTyped => ({
  parent_name: parent.name,
  parent_surname: parent.surname,
  child_name: parent.childName,
  class_name: parent.className ?? '',
  email: parent.email ?? '',
  locale: parent.locale ?? '',
  external_id: parent.externalId ?? '',
  phone: parent.phone ?? '',
});
