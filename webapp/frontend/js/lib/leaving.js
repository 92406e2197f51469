/* Before somebody signs out: what was sold without network stays on this device, and they should know (<ck-dialog id="queue-kept">). */
import { write } from '../counter/draw.js';
import { list } from './sales-queue.js';

/** Resolves to whether to go on: at once where nothing waits, otherwise when the question was answered. */
export async function mayLeave() {
  const question = document.getElementById('queue-kept');
  const sales = question ? await list().catch(() => []) : [];
  if (!sales.length) return true;
  write(question, { count: sales.length });
  question.show();
  return new Promise((resolve) => {
    question.querySelector('[data-leave]').addEventListener('click', () => question.close('leave'), { once: true });
    question.addEventListener('ck:close', ({ detail }) => resolve(detail.value === 'leave'), { once: true });
  });
}
