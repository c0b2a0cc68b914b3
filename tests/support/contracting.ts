/** Up to the next comma outside of parentheses: the rest of one column's words. */
const IN_ONE = '(?:[^,;()]|\\((?:[^()]|\\([^()]*\\))*\\))*?';

const CONTRACTS: [what: string, pattern: RegExp][] = [
  // In `alter table` the word `column` may be left out. What only loosens, or makes slower, may go; a default is below.
  [
    'drops something',
    /\bdrop\s+(?!(?:constraint|index|default|not\s+null)\b)["\w]|\.drop(?:Table|Column|Schema|View)\w*\(/i,
  ],
  ['renames something', /\brename\b|\.rename\w*\(/i],
  ['changes a type', /\balter\s+(?:column\s+)?"?\w+"?\s+(?:set\s+data\s+)?type\b|\.alter\(/i],
  ['asks for a value', /\bset\s+not\s+null\b|\.dropNullable\(/i],
  ['takes a default away', /\bdrop\s+default\b/i],
  [
    'adds a column that needs a value',
    new RegExp(
      `\\badd\\s+(?!(?:constraint|check|unique|primary|foreign|exclude)\\b)(?!${IN_ONE}\\b(?:default|generated)\\b)` +
        `${IN_ONE}\\bnot\\s+null\\b`,
      'i',
    ),
  ],
];
/** The way down, wherever it stands: its lines are indented, or begin with a bracket. */
const DOWN = /^export [\w ]*\bdown\b.*\n(?:[ \t})\]`].*\n|\n)*/m;
/** Says in a migration why no program that runs beside it can be hurt: `// contract: <since when nobody uses it>`. */
const MARKER = /^\/\/ contract: .{20,}$/m;

/** What the text of a migration does on the way up that a program of the release before may not survive; nothing where it says why not. */
export const contractsOf = (migration: string): string[] => {
  if (MARKER.test(migration)) return [];
  const up = migration.replace(DOWN, '');
  const statements = up.replace(/--.*$|\/\/.*$/gm, '').replace(/\/\*.*?\*\//gs, '');
  return CONTRACTS.filter(([, pattern]) => pattern.test(statements)).map(([what]) => what);
};
