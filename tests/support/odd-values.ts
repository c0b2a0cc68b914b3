import type { App } from './app.ts';
import { everybody, rules, type Who } from './route-rules.ts';

/** Names and shapes of parameters that programs trip over. */
export const TRAPS = [
  ...['a=1&a=2', 'a[b]=', 'a[]=1', 'a[b][c]=1', '__proto__=1', '__proto__[polluted]=1', '__proto__.polluted=1'],
  ...[
    'constructor=1',
    'constructor[prototype][polluted]=1',
    'prototype=1',
    'toString=1',
    'hasOwnProperty=1',
    'valueOf=1',
    'length=99',
  ],
  ...[
    'settings[view options]=1',
    'settings[view options][client]=1',
    'settings[view options][escapeFunction]=process.exit',
  ],
  ...[
    'settings=1',
    'cache=0',
    'filename=x',
    'delimiter=x',
    'client=1',
    'escape=x',
    '_locals=x',
    'layout=x',
    'locals[x]=1',
    'view options=1',
  ],
  ...[
    'outputFunctionName=x%3Bprocess.exit()%3B',
    '_with=0',
    'async=1',
    'rmWhitespace=1',
    '=',
    '&',
    '&&=&',
    '%',
    '%zz=%zz',
    '%00=%00',
    '=1',
  ],
].map((trap) => trap.replaceAll(' ', '%20'));

/** How one value can be odd; each is tried for every name. */
export const KINDS: Record<string, (name: string) => string> = {
  twice: (name) => `${name}=1&${name}=2`,
  list: (name) => `${name}[]=1&${name}[]=2`,
  object: (name) => `${name}[b]=1`,
  prototype: (name) => `${name}[__proto__][polluted]=1&${name}.constructor=1`,
  empty: (name) => `${name}=`,
  bare: (name) => name,
  nul: (name) => `${name}=%00`,
  'nul inside': (name) => `${name}=a%00b`,
  controls: (name) => `${name}=%01%0d%0a%1b%7f%c2%85`,
  'broken UTF-8': (name) => `${name}=%ff%fe%c0%af`,
  'half a surrogate': (name) => `${name}=%ed%a0%80`,
  'right to left': (name) => `${name}=%e2%80%ae%d9%85%f0%9f%98%80`,
  wild: (name) => `${name}=%25_%5c%27%22%3b--%3cb%3e%24%7b1%7d%7b%7b1%7d%7d`,
  huge: (name) => `${name}=9223372036854775808`,
  negative: (name) => `${name}=-1`,
  name: (name) => `${name}=__proto__`,
  inherited: (name) => `${name}=constructor`,
};

/** What the service logged as its own fault since line `from`. */
export const faults = (app: App, from: number): string[] =>
  app.logs.slice(from).filter((line) => /"level":"(error|fatal)"/.test(line));

/** Somebody who sees the page, the office first: it reads the most. */
export const reader = (route: string): Who => {
  const may = rules[route]?.may ?? [];
  return (['admin', 'maria', ...everybody] as const).find((who) => may.includes(who)) ?? 'anonymous';
};
