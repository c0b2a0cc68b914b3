// Every page of a parent in every state, with script and without, in every language, narrow and wide, light and dark:
// axe has nothing to say, nothing scrolls sideways, nothing is missing and no CSP report comes.
import { languages } from '../../src/platform/languages.ts';
import { inspectScenes } from '../support/inspect-scenes.ts';
import { parentInPage } from '../support/in-page-scenes.ts';
import { parentScenes } from '../support/parent-scenes.ts';

inspectScenes({ folder: 'parent', scenes: parentScenes, inPage: parentInPage, languages });
