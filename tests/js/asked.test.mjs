/* Which questions of a form are asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked } from '../../webapp/frontend/js/lib/asked.js';

const FORM = [
  { key: 'q1', anyOf: [] },
  { key: 'q2', onlyIf: 'q1', anyOf: ['c2', 'c3'] },
  { key: 'q3', onlyIf: 'q2', anyOf: ['1'] },
];
const shown = (answers) => [...asked(FORM, (key) => answers[key] ?? [])];

test('a question whose condition holds is asked', () => {
  assert.deepEqual(shown({ q1: ['c2'] }), ['q1', 'q2']);
  assert.deepEqual(shown({ q1: ['c1', 'c3'], q2: ['1'] }), ['q1', 'q2', 'q3']);
});

test('what hangs on a hidden question is hidden with it, whatever was answered before', () => {
  assert.deepEqual(shown({ q1: ['c1'], q2: ['1'] }), ['q1']);
  assert.deepEqual(shown({}), ['q1']);
});
