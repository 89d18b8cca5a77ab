/** What core does with an open library: a chunk of its own, so that the first screen need not wait for it. */
export { answer } from '../../src/features/chat/answer.ts';
export { ingest, resumeIngest } from '../../src/features/knowledge/ingest.ts';
export { viewCitation, viewDocument } from '../../src/features/knowledge/source-view.ts';
export { importSample } from './sample.ts';
