import type { Searcher, SearchOutcome } from '../../platform/compute/ports.ts';
import type { AnswerTrace } from './answer-trace.ts';
import type { Library } from './library.ts';

/**
 * Searches, and has exact rows that the search would have wanted brought in: at once where the question is urgent, else in
 * the background once their segment has been wanted often enough.
 */
export async function searchTiered(
  request: Parameters<Searcher['search']>[0],
  { library, searcher }: { readonly library: Library; readonly searcher: Searcher },
  trace?: AnswerTrace,
): Promise<SearchOutcome> {
  const outcome = await searcher.search(request);
  const { space, exact, tiers } = library;
  const isUrgent = trace?.isUrgent ?? false;
  const wanted = (outcome.wantedExact ?? []).filter((id) => tiers.router.use(id, { isUrgent }) !== 'cold');
  if (!space || wanted.length === 0) return outcome;
  if (!isUrgent) {
    // The next question is the better for it; this one is not kept waiting for it or for the disk, nor failed.
    library.health.watch(library.quiet.step().then(() => exact.bringIn(wanted, space)));
    return outcome;
  }
  trace?.note(0, await exact.bringIn(wanted, space));
  return searcher.search(request);
}
