/** The languages that the parents' pages speak. The office reads English until its words are translated too. */
export const languages = ['en', 'es', 'ar'] as const;
export type Language = (typeof languages)[number];

/** Each language's name in itself, as the switch shows it. */
export const languageNames: Record<Language, string> = { en: 'English', es: 'Español', ar: 'العربية' };

export const languageDirections: Record<Language, 'ltr' | 'rtl'> = { en: 'ltr', es: 'ltr', ar: 'rtl' };

export const isLanguage = (text: unknown): text is Language => languages.some((language) => language === text);
