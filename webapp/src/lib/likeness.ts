/** How alike, from where on, and in which words: more than the same sentence on every row of a list that has one beginning. */
import type { Recommendation } from './api/types';
import { clock, percent, said, t } from './i18n/index.svelte';

/** Below this a share would be printed as nothing. */
export const FAINT = 0.005;

export function likeness({ reason, similarity, moment, source, both }: Recommendation): string {
  if (similarity === null || source !== 'sound') return said(reason);
  const share = percent(similarity);
  const alike = similarity < FAINT ? t('results.hardly') : moment ? t('results.alikeFrom', { share, start: clock(moment.start_s) }) : t('results.alike', { share });
  return both.length ? `${alike} · ${t('results.both', { words: both.map(said).join(', ') })}` : alike;
}
