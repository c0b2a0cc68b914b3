import { expect, test } from 'vitest';
import { searchText } from '../../src/parents/parent-records.ts';
import { foldText } from '../../src/shared/fold-text.ts';

test.each([
  ["O'Brien-Núñez", 'obrien nunez'],
  ['O’Brien', 'obrien'],
  ['O´Brien', 'obrien'],
  ['Łukasz Żółć', 'lukasz zolc'],
  ['Ngọc Nguyễn', 'ngoc nguyen'],
  ['Straße', 'strasse'],
  ['Renée  d’Arc', 'renee darc'],
  ['محمّد', 'محمد'],
  ['李 小龍', '李 小龍'],
  ['Zoë 🌸', 'zoe 🌸'],
])('%s is heard as "%s"', (written, heard) => {
  expect(foldText(written)).toBe(heard);
});

test('each word of the searched text follows a space', () => {
  expect(searchText({ name: 'Maria', surname: 'Santos', childName: 'Sofia' })).toBe(' maria santos sofia');
});
