const CODE = /<%([^#%][\s\S]*?)%>/g;
const INCLUDE = /\binclude\((['"])(.*?)\1/g;
const ANY_INCLUDE = /\binclude\(/g;
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g;
/** `.name`, but not the name behind `...` and behind `locals.` */
const PROPERTY = /(?<!\.|\blocals)\.[\w$]+/g;
const NAME = /[A-Za-z_$][\w$]*/g;
const GLOBALS = new Set(['Boolean', 'String', 'Number', 'Object', 'Array', 'Math']);
const RESERVED = new Set(
  'include locals if else for of in const let var return true false null undefined new typeof function while do switch case break continue this void delete instanceof class async await yield default throw try catch finally'.split(
    ' ',
  ),
);

/**
 * The names that a view's code may read from its locals, and the paths that it includes. Names that the code declares
 * itself may be among them, which does no harm: the inner one hides the local. Throws for a name of a global that views
 * have no use for: a local could not be told from it.
 */
export const namesIn = (template: string): { names: Set<string>; paths: string[] } => {
  const names = new Set<string>();
  const paths: string[] = [];
  for (const [, code = ''] of template.matchAll(CODE)) {
    const found = [...code.matchAll(INCLUDE)].map(([, , path = '']) => path);
    if (found.length < (code.match(ANY_INCLUDE)?.length ?? 0))
      throw new Error('a view includes what is not a plain path');
    paths.push(...found);
    for (const [name] of code.replace(QUOTED, '').replace(PROPERTY, '').matchAll(NAME)) {
      if (RESERVED.has(name) || GLOBALS.has(name)) continue;
      if (name in globalThis) throw new Error(`a view reads the global '${name}'`);
      names.add(name);
    }
  }
  return { names, paths };
};
