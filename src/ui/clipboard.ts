import type { NoticeState } from './state/notices.svelte.ts';
import { NOTICES } from './text/notices.ts';

/** Copies a text and says how it went. */
export async function copyText(text: string, notices: NoticeState): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notices.say(NOTICES.copied);
  } catch (error) {
    console.warn('Copying was refused.', error);
    notices.problem(NOTICES.copyFailed);
  }
}
