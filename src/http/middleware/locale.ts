import { parseCookie } from 'cookie';
import type { Request, RequestHandler, Response } from 'express';
import type { I18n, Speech } from '../../platform/i18n.ts';
import { isLanguage, type Language, languages } from '../../platform/languages.ts';

declare global {
  namespace Express {
    interface Locals {
      speech: Speech;
    }
  }
}

const YEAR = 365 * 24 * 3600 * 1000;

/**
 * The language of the parents' pages: what was chosen with the switch (`?lang=`, kept in a cookie), then the language on
 * the parent's record, then the browser's, then the school's.
 */
export const makeLocale = ({ i18n, secure }: { i18n: I18n; secure: boolean }) => {
  const speak = (
    req: Request,
    res: Response,
    wishes: { recorded?: Language | null; fallback?: Language; timeZone?: string },
  ) => {
    res.locals.speech = i18n.speak(
      chosen(req) ?? wishes.recorded ?? fromBrowser(req) ?? wishes.fallback ?? 'en',
      wishes.timeZone ?? 'UTC',
    );
  };
  const middleware: RequestHandler = (req, res, next) => {
    res.vary('Accept-Language');
    const wish = req.query['lang'];
    if (isLanguage(wish)) {
      res.cookie('lang', wish, { maxAge: YEAR, httpOnly: true, sameSite: 'lax', secure, path: '/onboarding' });
    }
    speak(req, res, {});
    next();
  };
  /** Speaks again, now that the parent and the school are known. */
  const speakTo = (
    req: Request,
    res: Response,
    parent: { locale: Language | null },
    school: { defaultLocale: Language; timeZone: string },
  ): void => speak(req, res, { recorded: parent.locale, fallback: school.defaultLocale, timeZone: school.timeZone });
  return { middleware, speakTo };
};

export type SpeakTo = ReturnType<typeof makeLocale>['speakTo'];

const chosen = (req: Request): Language | undefined => {
  const wish = req.query['lang'] ?? parseCookie(req.get('cookie') ?? '')['lang'];
  return isLanguage(wish) ? wish : undefined;
};

const fromBrowser = (req: Request): Language | undefined => {
  const wish = req.get('accept-language') === undefined ? undefined : req.acceptsLanguages([...languages]);
  return isLanguage(wish) ? wish : undefined;
};
