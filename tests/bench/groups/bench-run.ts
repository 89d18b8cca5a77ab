import type { Page } from '@playwright/test';
import type { Figure } from '../figure.ts';

/** What a group of benchmarks is given to run with. */
export interface BenchRun {
  /** A page of its own, cross-origin isolated, with `bench` in it. */
  readonly freshPage: () => Promise<Page>;
  readonly siteUrl: string;
  readonly modelsFolder: string;
  /** For files of the run; its folder `made` is served. */
  readonly workDir: string;
  readonly isQuick: boolean;
  readonly rivals: RivalChoice;
  /** Takes a group's figures in, as they come. */
  readonly add: (what: string, measure: () => Promise<readonly Figure[]>) => Promise<void>;
}

/**
 * Other people's libraries: none; those that are ready within half a minute; these and the ones that answer fastest,
 * which take minutes to build; or all.
 */
export const RIVAL_CHOICES = ['none', 'fast', 'strong', 'all'] as const;
export type RivalChoice = (typeof RIVAL_CHOICES)[number];
