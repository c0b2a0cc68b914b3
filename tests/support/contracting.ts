const CONTRACTS: [what: string, pattern: RegExp][] = [
  ['drops something', /\bdrop\s+(?:table|column|schema|type|view|sequence)\b|\.drop(?:Table|Column|Schema)\w*\(/i],
  ['renames something', /\brename\b|\.rename\w*\(/i],
  ['changes a type', /\balter\s+(?:column\s+)?"?\w+"?\s+(?:set\s+data\s+)?type\b|\.alter\(/i],
  ['asks for a value', /\bset\s+not\s+null\b|\.dropNullable\(/i],
  ['takes a default away', /\bdrop\s+default\b/i],
  [
    'adds a column that needs a value',
    /\badd\s+column\s+(?:if\s+not\s+exists\s+)?(?![^,;]*\bdefault\b)[^,;]*\bnot\s+null\b/i,
  ],
];
/** Says in a migration why no program that runs beside it can be hurt: `// contract: <since when nobody uses it>`. */
const MARKER = /^\/\/ contract: .{20,}$/m;

/** What the text of a migration does on the way up that a program of the release before may not survive; nothing where it says why not. */
export const contractsOf = (migration: string): string[] => {
  if (MARKER.test(migration)) return [];
  const [up = ''] = migration.split(/^export const down/m);
  const statements = up.replace(/--.*$|\/\/.*$/gm, '').replace(/\/\*.*?\*\//gs, '');
  return CONTRACTS.filter(([, pattern]) => pattern.test(statements)).map(([what]) => what);
};
