import type { Citation } from '../../domain/citation.ts';
import type { Locator } from '../../domain/chunk.ts';
import type { AnswerMessage } from '../../domain/conversation.ts';
import type { LiveAnswer } from '../state/live-answer.svelte.ts';
import { count, number } from './format.ts';

/** Words of the conversation. */
export const CHAT = {
  composerLabel: 'Your question',
  placeholder: 'Ask your library…',
  placeholderFollowUp: 'Ask on…',
  send: 'Ask',
  stop: 'Stop',
  stopping: 'Stopping…',
  modeLabel: 'How to answer',
  modeModel: 'Written answer',
  modeQuotes: 'Quotes only',
  modeModelHint:
    'The model you set up writes the answer. It is sent the question, the passages found with their file names, and this conversation; nothing else.',
  modeQuotesHint: 'The best sentences from your library, word for word. Nothing leaves this device.',
  jumpToLatest: 'Jump to latest',
  conversation: 'Conversation',
  source: 'Source',
  sources: 'Sources',
  moreSources: (n: number) => `${n} more`,
  copyAnswer: 'Copy answer',
  copied: 'Copied',
  copyCode: 'Copy code',
  askAgain: 'Ask again',
  tryAgain: 'Try again',
  quotesNote: 'No model was asked: these are the best sentences from your library.',
  nothing: 'Your library says nothing on this.',
  nothingHint: 'No passage in it answers the question. Other words may find more, or the document is not in it yet.',
  nearest: 'The nearest passages, in case they help',
  stopped: 'You stopped this answer. What was written stays.',
  interrupted: 'This answer was cut off when the app closed. What was written stays.',
  failed: 'This answer stopped early.',
  unanswered: 'No answer was kept for this question.',
  cut: 'The answer is too long to show in full. Copying it gives you all of it.',
  dropped: (n: number) =>
    `${count(n, 'reference', 'references')} to passages that do not exist ${n === 1 ? 'was' : 'were'} removed.`,
  details: 'How it was made',
  loading: 'Opening the conversation…',
  loadProblem: 'This conversation could not be opened.',
  newQuestion: 'New question',
  emptyTitle: 'What would you like to know?',
  emptyReady: (documents: number) =>
    `Answers come from ${count(documents, 'document', 'documents')} on this device, with the place they come from.`,
  tryOne: 'Try one of these',
  recent: 'Lately added',
  inviteTitle: 'Give it something to read',
  invite:
    'Drop notes, PDFs or a whole folder anywhere on this window. They are read and encrypted on this device and go nowhere.',
  searchConversations: 'Find a conversation',
  noConversations: 'Your questions will be listed here.',
  noConversationsFound: (query: string) => `No conversation mentions “${query}”.`,
  rename: 'Rename',
  renameLabel: 'Title of the conversation',
  delete: 'Delete',
  deleteTitle: 'Delete this conversation?',
  deleteBody: (title: string) =>
    `“${title}” and its answers will be removed from this device. Your documents stay. This cannot be undone.`,
  keep: 'Keep it',
  actionsOf: (title: string) => `Rename or delete “${title}”`,
  changeFailed: 'The conversation could not be changed.',
  tooLong: (length: number, limit: number) =>
    `The question has ${number(length)} characters; up to ${number(limit)} can be asked at once. Shorten it, or add the long text as a file and ask about it.`,
  left: (n: number) => `${count(n, 'character', 'characters')} left`,
  noDocuments: 'Add a document first: answers come from your library.',
  copyFailed: 'The browser did not allow copying. Select the text and copy it by hand.',
} as const;

/** The place of a passage in a few words: `p. 3`, `› Costs › Deposit`, `rows 4–9`. Empty where a place says nothing. */
export function placeText(locator: Locator): string {
  switch (locator.kind) {
    case 'page':
      return `p. ${locator.page}`;
    case 'heading':
      return locator.path
        .slice(-2)
        .map((title) => `› ${title}`)
        .join(' ');
    case 'row':
      return locator.firstRow === locator.lastRow
        ? `row ${number(locator.firstRow)}`
        : `rows ${number(locator.firstRow)}–${number(locator.lastRow)}`;
    case 'path':
      return locator.path;
    case 'time':
      return clock(locator.startMs);
    case 'text':
      return '';
  }
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function sourceLabel(citation: Citation): string {
  return `Source ${citation.marker}: ${citation.title}`;
}

/** What the answer is doing, for the status line. */
export function stageText(live: LiveAnswer): string {
  switch (live.stage.kind) {
    case 'searching':
      return 'Searching your library';
    case 'reading':
      return live.stage.passageCount === 0
        ? 'Looking once more'
        : `Reading ${count(live.stage.passageCount, 'passage', 'passages')}`;
    case 'retrying':
      return `Trying again: ${live.stage.reason}`;
    case 'writing':
      return 'Writing';
    case 'stopping':
      return CHAT.stopping;
    case 'finished':
    case 'broken':
    case 'stopped':
      return '';
  }
}

/** The one thing a screen reader is told when an answer has ended. */
export function announcementOf(live: LiveAnswer): string {
  if (live.stage.kind === 'broken') return `The answer stopped early. ${live.stage.problem}`;
  if (live.stage.kind === 'stopped') return CHAT.stopped;
  if (live.stage.kind !== 'finished') return '';
  const { message } = live.stage;
  if (message.isUnanswered) return CHAT.nothing;
  const sources = `with ${count(message.citations.length, 'source', 'sources')}`;
  switch (message.ending) {
    case 'complete':
      return `Answer finished, ${sources}.`;
    case 'stopped':
      return `Answer stopped, ${sources}.`;
    case 'failed':
    case 'interrupted':
      return `The answer stopped early. ${message.problem ?? ''}`;
  }
}

/** Each stage's time, in the order the stages run. */
export function timingRows(message: AnswerMessage): readonly (readonly [string, string])[] {
  const { timings } = message;
  const rows: (readonly [string, number | undefined])[] = [
    ['Understanding the question', timings.embedMs],
    ['Search by words', timings.lexicalMs],
    ['Search by meaning', timings.denseMs],
    ['Joining both', timings.fuseMs],
    ['Comparing single words', timings.alignMs],
    ['Sorting out repeats', timings.diversifyMs],
    ['Reading passages', timings.readMs],
    ['In all', timings.totalMs],
  ];
  return rows.flatMap(([label, ms]) => (ms === undefined ? [] : [[label, milliseconds(ms)] as const]));
}

function milliseconds(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
