/** Closer to the end than this counts as being there. */
const NEAR_PX = 56;

/**
 * Keeps a scrolled region at its end while its content grows, but only as long as the person is there: scrolling up
 * lets go, coming back to the end takes hold again.
 */
export class FollowBottom {
  #isAtBottom = $state(true);
  #region: HTMLElement | undefined;
  #isFollowing = true;
  #lastTop = 0;

  get isAtBottom(): boolean {
    return this.#isAtBottom;
  }

  /** Attachment of the scrolled region; its first child is the content that grows. */
  readonly attach = (region: HTMLElement): (() => void) => {
    this.#region = region;
    const observer = new ResizeObserver(() => this.#grown());
    observer.observe(region);
    if (region.firstElementChild !== null) observer.observe(region.firstElementChild);
    const onScroll = () => this.#scrolled();
    region.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      region.removeEventListener('scroll', onScroll);
      this.#region = undefined;
    };
  };

  /** Goes to the end and stays there. */
  jump(): void {
    this.#isFollowing = true;
    this.#toBottom();
  }

  /** Stays where it is, even at the end, until the person moves. */
  letGo(): void {
    this.#isFollowing = false;
  }

  #toBottom(): void {
    if (this.#region === undefined) return;
    this.#region.scrollTop = this.#region.scrollHeight;
    this.#lastTop = this.#region.scrollTop;
    this.#isAtBottom = true;
  }

  #grown(): void {
    if (this.#isFollowing) this.#toBottom();
    else this.#isAtBottom = this.#distance() < NEAR_PX;
  }

  #scrolled(): void {
    const top = this.#region?.scrollTop ?? 0;
    const isNear = this.#distance() < NEAR_PX;
    // Growth alone moves the end away without moving the person: only going up lets go.
    if (top < this.#lastTop - 1 && !isNear) this.#isFollowing = false;
    else if (isNear && top > this.#lastTop + 1) this.#isFollowing = true;
    this.#isAtBottom = isNear || this.#isFollowing;
    this.#lastTop = top;
  }

  /** Pixels of content below what is seen. Room that is kept free below a fresh question is not content. */
  #distance(): number {
    const region = this.#region;
    if (region === undefined) return 0;
    const last = region.querySelector('article:last-of-type');
    const end = last?.lastElementChild?.getBoundingClientRect().bottom;
    const spare = last && end !== undefined ? Math.max(0, last.getBoundingClientRect().bottom - end) : 0;
    return region.scrollHeight - region.scrollTop - region.clientHeight - spare;
  }
}
