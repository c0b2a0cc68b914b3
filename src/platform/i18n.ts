import { createInstance } from 'i18next';
import arChecks from '../locales/ar/checks.json' with { type: 'json' };
import arParent from '../locales/ar/parent.json' with { type: 'json' };
import enChecks from '../locales/en/checks.json' with { type: 'json' };
import enOffice from '../locales/en/office.json' with { type: 'json' };
import enParent from '../locales/en/parent.json' with { type: 'json' };
import esChecks from '../locales/es/checks.json' with { type: 'json' };
import esParent from '../locales/es/parent.json' with { type: 'json' };
import { dateFormat } from './date-format.ts';
import { isLanguage, type Language, languages } from './languages.ts';
import { type MessageValues, type RichPart, rich } from './rich-text.ts';

type PluralForm = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';
type WithoutPlural<Key> = Key extends `${infer Stem}_${PluralForm}` ? Stem : Key;

/** Every sentence's key, as the English files have them. */
export type MessageKey = WithoutPlural<keyof typeof enParent | keyof typeof enChecks | keyof typeof enOffice>;

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

/** `{{name}}` and `{{sent, number}}`, the two ways to fill something in. */
const HOLE = /\{\{(\w+)(, number)?\}\}/g;

/** Loads every language at the start: a missing file is found then, not by a parent. */
export const makeI18n = async () => {
  const i18n = createInstance();
  await i18n.init({
    resources: {
      en: { parent: enParent, checks: enChecks, office: enOffice },
      es: { parent: esParent, checks: esChecks },
      ar: { parent: arParent, checks: arChecks },
    },
    ns: ['parent', 'checks', 'office'],
    defaultNS: 'parent',
    fallbackNS: ['checks', 'office'],
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
    const locale = language === 'ar' ? 'ar-u-nu-latn' : language; // the digits of telephones and codes
    const numbers = new Intl.NumberFormat(locale);
    const plurals = new Intl.PluralRules(language);
    const known = new Map<string, string>(); // a page has sixty; i18next is asked once for each, and each plural form
    const sentence = (key: string, count?: number): string => {
      const form = count === undefined ? key : `${key} ${count === 0 ? 'zero' : plurals.select(count)}`;
      let text = known.get(form);
      if (text !== undefined) return text;
      text = translate(key, { skipInterpolation: true, ...(count === undefined ? {} : { count }) });
      known.set(form, text);
      return text;
    };
    const t = (key: MessageKey, values?: MessageValues): string => {
      if (!values) return sentence(key);
      const { count } = values;
      return sentence(key, typeof count === 'number' ? count : undefined).replace(
        HOLE,
        (hole, name: string, asNumber) => {
          const value = values[name] ?? hole;
          return asNumber !== undefined && typeof value === 'number' ? numbers.format(value) : String(value);
        },
      );
    };
    const english = language === 'en' ? 'en-GB' : locale; // 12 May 2025, 14:02
    const date = dateFormat(english, { day: 'numeric', month: 'long', year: 'numeric', timeZone });
    const time = dateFormat(english, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
    const day = dateFormat('sv-SE', { dateStyle: 'short', timeZone });
    const moment = (at: Date, now: Date) => {
      const clock = time(at);
      if (day(at) === day(now)) return t('moment.today', { time: clock });
      const yesterday = new Date(now.getTime() - 24 * 3600 * 1000);
      if (day(at) === day(yesterday)) return t('moment.yesterday', { time: clock });
      return t('moment.other', { date: date(at), time: clock });
    };
    const speech: Speech = {
      language,
      dir: i18n.dir(language),
      t,
      rich: (key, values = {}) => rich((marked) => t(key, marked), values),
      date,
      time,
      moment,
      number: (value) => numbers.format(value),
    };
    speeches.set(`${language} ${timeZone}`, speech);
    return speech;
  };
  return { speak, isLanguage };
};

export type I18n = Awaited<ReturnType<typeof makeI18n>>;
