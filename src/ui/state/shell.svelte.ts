import type { AppState } from './app.svelte.ts';
import type { Router } from '../router.svelte.ts';
import type { SourcePanelState } from './source-panel.svelte.ts';

export type Overlay = 'palette' | 'shortcuts';

/** What is open around the current screen, and the verbs that shortcuts, palette and buttons share. */
export class ShellState {
  #isSidebarOpen = $state(true);
  #isDrawerOpen = $state(false);
  #overlay = $state<Overlay>();

  readonly app: AppState;
  readonly router: Router;
  readonly sources: SourcePanelState;

  constructor(app: AppState, router: Router, sources: SourcePanelState) {
    this.app = app;
    this.router = router;
    this.sources = sources;
  }

  get isSidebarOpen(): boolean {
    return this.#isSidebarOpen;
  }

  get isDrawerOpen(): boolean {
    return this.#isDrawerOpen;
  }

  get overlay(): Overlay | undefined {
    return this.#overlay;
  }

  toggleSidebar(): void {
    this.#isSidebarOpen = !this.#isSidebarOpen;
  }

  openDrawer(): void {
    this.#isDrawerOpen = true;
  }

  closeDrawer(): void {
    this.#isDrawerOpen = false;
  }

  show(overlay: Overlay): void {
    this.#overlay = this.#overlay === overlay ? undefined : overlay;
  }

  closeOverlay(): void {
    this.#overlay = undefined;
  }

  newQuestion(): void {
    this.closeOverlay();
    this.router.go({ screen: 'ask', conversationId: undefined });
  }

  /** The sample and a library in memory are gone when they are left, so leaving them is not called locking. */
  get isLockable(): boolean {
    return !this.app.isSample && this.app.storage === 'disk';
  }
}
