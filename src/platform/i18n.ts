import { createInstance } from 'i18next';
import arParent from '../locales/ar/parent.json' with { type: 'json' };
import enOffice from '../locales/en/office.json' with { type: 'json' };
import enParent from '../locales/en/parent.json' with { type: 'json' };
import esParent from '../locales/es/parent.json' with { type: 'json' };
import { isLanguage, type Language, languages } from './languages.ts';
import { type MessageValues, type RichPart, rich } from './rich-text.ts';

type PluralForm = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';
type WithoutPlural<Key> = Key extends `${infer Stem}_${PluralForm}` ? Stem : Key;

/** Every sentence's key, as the English files have them. */
export type MessageKey = WithoutPlural<keyof typeof enParent | keyof typeof enOffice>;

/** One language, ready to speak: plain sentences, sentences with names in them, and dates in the school's time zone. */
export type Speech = {
  language: Language;
  dir: 'ltr' | 'rtl';
  /** A whole sentence as plain text. */
  t: (key: MessageKey, values?: MessageValues) => string;
  /** A whole sentence in parts, so that a view can put `<bdi>` around each value; see partials/rich.ejs. */
  rich: (key: MessageKey, values?: MessageValues) => RichPart[];
  /** '12 May 2025' */
  date: (at: Date) => string;
  /** '14:02' */
  time: (at: Date) => string;
  /** 'today at 14:02', 'yesterday at 14:02' or '12 May 2025 at 14:02' */
  moment: (at: Date, now: Date) => string;
  number: (value: number) => string;
};

/** A value that i18next writes in a format of its own, like `{{sent, number}}`. */
const FORMATTED = /\{\{\w+\s*,/;

/** Loads every language at the start: a missing file is found then, not by a parent. */
export const makeI18n = async () => {
  const i18n = createInstance();
  await i18n.init({
    resources: {
      en: { parent: enParent, office: enOffice },
      es: { parent: esParent },
      ar: { parent: arParent },
    },
    ns: ['parent', 'office'],
    defaultNS: 'parent',
    fallbackNS: 'office',
    fallbackLng: 'en',
    supportedLngs: [...languages],
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false }, // EJS escapes
  });
  const speeches = new Map<string, Speech>();

  /** Gives the language's speech with dates in `timeZone` (IANA name). */
  const speak = (language: Language, timeZone: string): Speech => {
    const spoken = speeches.get(`${language} ${timeZone}`);
    if (spoken) return spoken;
    const translate = i18n.getFixedT(language);
    const known = new Map<string, string>(); // a page has sixty; only plurals and formats need i18next each time
    const sentence = (key: string): string => {
      let text = known.get(key);
      if (text === undefined) known.set(key, (text = translate(key, { skipInterpolation: true })));
      return text;
    };
    const t = (key: MessageKey, values?: MessageValues): string => {
      if (!values) return sentence(key);
      const text = 'count' in values ? undefined : sentence(key);
      if (text === undefined || FORMATTED.test(text)) return translate(key as string, values);
      return text.replace(/\{\{(\w+)\}\}/g, (hole, name: string) => String(values[name] ?? hole));
    };
    const locale = language === 'ar' ? 'ar-u-nu-latn' : language; // the digits of telephones and codes
    const english = language === 'en' ? 'en-GB' : locale; // 12 May 2025, 14:02
    const dates = new Intl.DateTimeFormat(english, { day: 'numeric', month: 'long', year: 'numeric', timeZone });
    const times = new Intl.DateTimeFormat(english, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
    const days = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
    const numbers = new Intl.NumberFormat(locale);
    const moment = (at: Date, now: Date) => {
      const time = times.format(at);
      if (days.format(at) === days.format(now)) return t('moment.today', { time });
      const yesterday = new Date(now.getTime() - 24 * 3600 * 1000);
      if (days.format(at) === days.format(yesterday)) return t('moment.yesterday', { time });
      return t('moment.other', { date: dates.format(at), time });
    };
    const speech: Speech = {
      language,
      dir: i18n.dir(language),
      t,
      rich: (key, values = {}) => rich((marked) => t(key, marked), values),
      date: (at) => dates.format(at),
      time: (at) => times.format(at),
      moment,
      number: (value) => numbers.format(value),
    };
    speeches.set(`${language} ${timeZone}`, speech);
    return speech;
  };
  return { speak, isLanguage };
};

export type I18n = Awaited<ReturnType<typeof makeI18n>>;
