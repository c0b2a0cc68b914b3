import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { Clock } from '../../platform/clock.ts';
import type { KnownBrowser } from '../../staff/sign-in.ts';
import { makeSigner } from './signer.ts';

type Deps = { secrets: string[]; secure: boolean; clock: Clock };

/** Longer than the summer holidays; each sign-in begins it anew. */
const LIFE_SECONDS = 90 * 24 * 3600;
/** People who share a computer; with one more, the one whose last sign-in is longest ago is forgotten. */
const MOST = 5;

/** Staff id, browser id, stamp of the password, end in seconds since 1970, signature. */
const TOKEN = /^((\d{1,15})\.([\w-]{16})\.([\w-]{16})\.(\d{10}))\.([\w-]{43})$/;

/**
 * The cookie that says who has signed in with this browser, signed by us. It opens nothing: it only gives the browser
 * tries of its own when guessers have used up the others (staff/sign-in.ts, docs/adr/0016).
 */
export const makeKnownBrowsers = ({ secrets, secure, clock }: Deps) => {
  const signer = makeSigner({ secrets, purpose: 'known-browser' });
  const name = secure ? '__Host-known-browser' : 'known-browser';
  const nowSeconds = () => Math.floor(clock.now().getTime() / 1000);

  const tokensOf = (req: Request): string[] => (parseCookie(req.get('cookie') ?? '')[name] ?? '').split('~', MOST);

  const readToken = (token: string): KnownBrowser[] => {
    const [, text = '', staffId, id = '', password = '', end, signature = ''] = TOKEN.exec(token) ?? [];
    if (Number(end) <= nowSeconds() || !signer.isSigned(text, signature)) return [];
    return [{ staffId: Number(staffId), id, password }];
  };

  return {
    /** Only what we have signed and what has not ended. */
    read: (req: Request): KnownBrowser[] => tokensOf(req).flatMap(readToken),
    /** Adds to what the browser is known for. */
    remember: (req: Request, res: Response, { staffId, id, password }: KnownBrowser): void => {
      const text = `${staffId}.${id}.${password}.${nowSeconds() + LIFE_SECONDS}`;
      const others = tokensOf(req).filter((token) => readToken(token).some((one) => one.staffId !== staffId));
      const tokens = [`${text}.${signer.sign(text)}`, ...others].slice(0, MOST);
      const flags = { httpOnly: true, sameSite: 'strict', secure, path: '/' } as const;
      res.cookie(name, tokens.join('~'), { ...flags, maxAge: LIFE_SECONDS * 1000 });
    },
  };
};

export type KnownBrowsers = ReturnType<typeof makeKnownBrowsers>;
