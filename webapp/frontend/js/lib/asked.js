/*
 * Which questions of a form are asked, as services/forms/rules/answers.py says: one whose condition does not hold is not, and neither is
 * what hangs on it. `questions`: [{ key, onlyIf, anyOf }] in their order; `answered(key)`: the answers to one as a list of strings.
 */
export function asked(questions, answered) {
  const shown = new Set();
  for (const { key, onlyIf, anyOf } of questions) {
    if (!onlyIf || (shown.has(onlyIf) && answered(onlyIf).some((answer) => anyOf.includes(answer)))) shown.add(key);
  }
  return shown;
}
