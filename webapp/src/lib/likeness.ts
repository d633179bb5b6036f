/** How alike, and from where on: more than the same sentence on every row of a list that has one beginning. */
import type { Recommendation } from './api/types';
import { clock, percent, said, t } from './i18n/index.svelte';

export function likeness({ reason, similarity, moment, source }: Recommendation): string {
  if (similarity === null || source !== 'sound') return said(reason);
  const share = percent(Math.max(0, similarity));
  return moment ? t('results.alikeFrom', { share, start: clock(moment.start_s) }) : t('results.alike', { share });
}
