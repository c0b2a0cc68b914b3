import { fullName, type Parent } from '../../parents/parent.ts';
import type { Speech } from '../../platform/i18n.ts';
import { languageNames, languages } from '../../platform/languages.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { paths, to } from '../paths.ts';
import type { ParentDetailsFault, ParentDetailsTyped } from '../forms/parent-details-form.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { OfficeNotice } from './admin-notice.ts';

type Field = { name: keyof ParentDetailsTyped; value: string; error: string | null };

/** The form for one parent: to add them and to edit them. */
export type ParentFormPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  title: RichPart[];
  back: { href: string; text: string };
  action: string;
  /** Id of the school that a new parent is entered into. */
  school: number;
  /** Sent twice, the form enters one parent; null where one is edited. */
  formId: string | null;
  errorTitle: string;
  errors: { field: string; text: string }[];
  fields: Record<keyof ParentDetailsTyped, Field>;
  classes: string[];
  languages: { code: string; name: string; chosen: boolean }[];
  mayAddMore: boolean;
};

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  school: { id: number };
  notice: OfficeNotice | null;
  /** The parent who is edited; undefined for a new one. */
  parent: Parent | undefined;
  formId: string;
  typed: ParentDetailsTyped;
  faults: ParentDetailsFault[];
  classes: string[];
};

export const presentParentForm = (seen: Seen): ParentFormPage => {
  const { layout, speech, school, notice, parent, formId, typed, faults, classes } = seen;
  const texts = faults.map(({ field, fault }) => ({ field, text: speech.t(`office.form.fault.${fault}`) }));
  const field = (name: keyof ParentDetailsTyped): Field => ({
    name,
    value: typed[name],
    error: texts.find((text) => text.field === name)?.text ?? null,
  });
  return {
    layout,
    notice,
    title: parent ? speech.rich('office.form.edit', { name: fullName(parent) }) : speech.rich('office.form.add'),
    back: parent
      ? { href: to.adminParent(parent.id), text: fullName(parent) }
      : { href: paths.adminParents, text: speech.t('office.list.title') },
    action: parent ? to.adminParentEdit(parent.id) : paths.adminParentNew,
    school: school.id,
    formId: parent ? null : formId,
    errorTitle: speech.t('office.error.title', { count: texts.length }),
    errors: texts,
    fields: {
      parent_name: field('parent_name'),
      parent_surname: field('parent_surname'),
      child_name: field('child_name'),
      class_name: field('class_name'),
      email: field('email'),
      locale: field('locale'),
      external_id: field('external_id'),
      phone: field('phone'),
    },
    classes,
    languages: [
      { code: '', name: speech.t('office.form.localeUnknown'), chosen: typed.locale === '' },
      ...languages.map((code) => ({ code, name: languageNames[code], chosen: typed.locale === code })),
    ],
    mayAddMore: !parent,
  };
};
